//! Bodies and requests that are wrong: each is refused with its reason, and the server goes on.

use serde_json::{Value, json};

use crate::predictions::wages;
use crate::server::Server;

const JSON: &str = "application/json";
const CSV: &str = "text/csv";

/// The content type, the body, the status, a piece of the error, the row and the column.
type Case = (&'static str, &'static str, u16, &'static str, Value, Value);

fn cases() -> Vec<Case> {
    let no = || Value::Null;
    vec![
        (JSON, "", 400, "empty", no(), no()),
        (JSON, " \n", 400, "empty", no(), no()),
        (JSON, "{", 400, "not JSON", no(), no()),
        (JSON, "[1, 2", 400, "not JSON", no(), no()),
        (JSON, "{\"age\": }", 400, "line 1 column", no(), no()),
        (JSON, "{'age': 1}", 400, "not JSON", no(), no()),
        (JSON, "age=1&job=clerk", 400, "not JSON", no(), no()),
        (JSON, "[[NaN, null, 1, null, null]]", 400, "not JSON", no(), no()),
        (JSON, "[[1e999, null, 1, null, null]]", 400, "number out of range", no(), no()),
        (JSON, "[[1,2,3,4,5]] [1]", 400, "trailing", no(), no()),
        (JSON, "\u{feff}[]", 400, "not JSON", no(), no()),
        (JSON, "[]", 422, "empty", no(), no()),
        (JSON, "[[]]", 422, "0 cells where 5", json!(0), json!("age")),
        (JSON, "[{}]", 422, "no column \"age\"", json!(0), json!("age")),
        (JSON, "{}", 422, "no column \"age\"", json!(0), json!("age")),
        (JSON, "7", 422, "expected a record", no(), no()),
        (JSON, "\"a\"", 422, "expected a record", no(), no()),
        (JSON, "null", 422, "expected a record", no(), no()),
        (JSON, "true", 422, "expected a record", no(), no()),
        (JSON, "[1, null, 1.7, null]", 422, "4 cells where 5", json!(0), json!("since")),
        (JSON, "[1, null, 1.7, null, null, 6]", 422, "6 cells where 5", json!(0), no()),
        (JSON, "[[1, null, 1.7, null, null], [1]]", 422, "row 1 has 1 cells", json!(1), json!("job")),
        (JSON, "[[1, null, 1.7, null, null], {}]", 422, "element 1", json!(1), no()),
        (JSON, "[1, null, 1.7, null, [1]]", 422, "element 4", json!(4), no()),
        (JSON, "[[\"old\", null, 1.7, null, null]]", 422, "is \"old\"", json!(0), json!("age")),
        (JSON, "[[1, 2, 1.7, null, null]]", 422, "is 2, where a category", json!(0), json!("job")),
        (JSON, "[[1, null, 1.7, null, 5]]", 422, "a date in words", json!(0), json!("since")),
        (JSON, "[[1, null, 1.7, null, \"05.01.2020\"]]", 422, "a date as in", json!(0), json!("since")),
        (JSON, "[[1, null, {\"m\": 1}, null, null]]", 422, "a list or an object", json!(0), json!("height")),
        (JSON, "[[1, null, [1.7], null, null]]", 422, "a list or an object", json!(0), json!("height")),
        (JSON, "[[1e308, null, 1, null, null]]", 422, "must be finite", json!(0), json!("age")),
        (
            JSON,
            "{\"age\": 1, \"age\": 2, \"job\": null, \"height\": 1, \"city\": null, \"since\": null}",
            422,
            "column \"age\" twice",
            json!(0),
            json!("age"),
        ),
        (
            JSON,
            "{\"Age\": 1, \"job\": null, \"height\": 1, \"city\": null, \"since\": null}",
            422,
            "no column \"age\"",
            json!(0),
            json!("age"),
        ),
        (CSV, "", 400, "empty", no(), no()),
        (CSV, "age,job,height,city,since\n", 422, "the body", no(), no()),
        (CSV, "age,job\n1,clerk\n", 422, "\"height\"", no(), no()),
        (CSV, "39,clerk,1.8,Ulm,2020-01-01\n", 422, "the body", no(), no()),
        (CSV, "age,job,height,city,since\nold,clerk,1.8,Ulm,2020-01-01\n", 422, "old", no(), no()),
        (CSV, "age,job,height,city,since\n1,clerk\n", 422, "the body", no(), no()),
        (CSV, "age,job,height,city,since\n1,\"clerk,1.8,Ulm,2020-01-01\n", 422, "the body", no(), no()),
        (CSV, "age,age,job,height,city,since\n1,1,clerk,1.8,Ulm,\n", 422, "age", no(), no()),
        (CSV, "<html><body>404</body></html>", 422, "the body", no(), no()),
        ("text/plain", "1,2", 415, "text/plain", no(), no()),
        ("application/x-www-form-urlencoded", "a=1", 415, "form-urlencoded", no(), no()),
        ("image/png", "\u{89}PNG", 415, "a model of tables", no(), no()),
        ("multipart/form-data; boundary=x", "--x--", 415, "multipart", no(), no()),
    ]
}

#[test]
fn every_malformed_body_is_refused_with_place_and_remedy() {
    let place = wages();
    let server = Server::start(&place, "");
    // One connection for all: none of them is broken by a refusal.
    let mut client = server.client();
    for (content_type, body, status, piece, row, column) in cases() {
        let answer = client.post(content_type, body).unwrap();
        let refusal = answer.json();
        assert_eq!(answer.status, status, "{body:?}: {refusal}");
        assert!(refusal["error"].as_str().unwrap().contains(piece), "{body:?}: {refusal}");
        assert!(refusal["help"].as_str().is_some_and(|help| !help.is_empty()), "{body:?}: {refusal}");
        assert_eq!((&refusal["row"], &refusal["column"]), (&row, &column), "{body:?}: {refusal}");
        // What lies where on the server is none of a client's business.
        assert!(!answer.text().contains("/tmp") && !answer.text().contains("kiln-"), "{body:?}: {refusal}");
    }
    let mut bytes = |content_type: &str, body: &[u8]| client.post(content_type, body).unwrap().status;
    assert_eq!(bytes(JSON, b"[[1, \"\xff\xfe\", 1, null, null]]"), 400);
    assert_eq!(bytes(JSON, &[0; 100]), 400);
    assert_eq!(bytes(JSON, "[".repeat(100_000).as_bytes()), 400);
    assert_eq!(bytes(JSON, format!("[[1, null, {}1, null, null]]", "[".repeat(100_000)).as_bytes()), 400);
    assert_eq!(bytes(CSV, &[0xff; 100]), 422);
    assert_eq!(bytes(CSV, &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 415);
    assert_eq!(bytes(CSV, &[0x28, 0xb5, 0x2f, 0xfd, 0, 0]), 415);
    let example = server.get("/example").body;
    assert_eq!(client.post(JSON, example).unwrap().status, 200);
}

#[test]
fn wrong_requests_are_refused_in_json() {
    let place = wages();
    let server = Server::start(&place, "");
    let mut client = server.client();
    let json = "content-type: application/json";
    let requests: [(&str, &str, &[&str], u16); 9] = [
        ("GET", "/predict", &[], 405),
        ("PUT", "/predict", &[json], 405),
        ("DELETE", "/", &[], 405),
        ("POST", "/health", &[json], 405),
        ("GET", "/nothing", &[], 404),
        ("GET", "/predict/", &[], 404),
        ("GET", "/../../etc/passwd", &[], 404),
        ("POST", "/predict", &[], 415),
        ("POST", "/predict", &[json, "content-encoding: gzip"], 415),
    ];
    for (method, path, headers, status) in requests {
        let answer = client.request(method, path, headers, b"[1]").unwrap();
        assert_eq!(answer.status, status, "{method} {path}");
        let refusal = answer.json();
        assert!(refusal["error"].is_string() && refusal["help"].is_string(), "{method} {path}: {refusal}");
    }
    let wrong = client.request("GET", "/predict", &[], b"").unwrap();
    assert_eq!(wrong.header("allow"), Some("POST"));
}
