//! The queue, the length of bodies and the time for predictions have bounds.

use crate::client::head;
use crate::predictions::wages;
use crate::server::Server;

const JSON: &str = "content-type: application/json";

#[test]
fn a_full_queue_sends_clients_away_until_there_is_room() {
    let place = wages();
    // Those that wait, wait for ten seconds or until a batch is full.
    let server = Server::start(&place, "--queue 3 --max-batch 4 --max-wait 10000");
    let body = server.get("/example").body;
    let mut waiting: Vec<_> = (0..3).map(|_| server.client()).collect();
    for client in &mut waiting {
        client
            .send([head("POST", "/predict", &[JSON], body.len()).into_bytes(), body.clone()].concat())
            .unwrap();
    }
    server.until("three wait", |server| server.metric("kiln_queue_requests") == 3.0);
    for _ in 0..20 {
        let busy = server.json(&body);
        assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")));
        assert_eq!(busy.json()["error"], "too many requests wait");
    }
    assert_eq!(server.get("/health").status, 200);
    // One goes away, and its place is free.
    waiting.pop();
    server.until("one is gone", |server| server.metric("kiln_in_flight") == 3.0);
    let list = format!("[{0},{0}]", String::from_utf8(body).unwrap());
    assert_eq!(server.json(list).json().as_array().unwrap().len(), 2);
    for mut client in waiting {
        assert_eq!(client.answer().unwrap().status, 200);
    }
}

#[test]
fn a_prediction_that_takes_too_long_is_a_504() {
    let place = wages();
    let server = Server::start(&place, "--timeout 0.3 --max-wait 2000");
    let answer = server.json(server.get("/example").body);
    assert_eq!(answer.status, 504, "{}", answer.text());
    assert!(answer.json()["error"].as_str().unwrap().contains("within 0.3 s"));
}

#[test]
fn a_long_body_is_a_413() {
    let place = wages();
    let server = Server::start(&place, "--max-body 1");
    let row = "[40,\"clerk\",1.8,\"Ulm\",\"2020-01-05\"]";
    let of = |rows: usize| format!("[{}]", vec![row; rows].join(","));
    let fits = of((1 << 20) / (row.len() + 1) - 1);
    assert!(fits.len() <= 1 << 20);
    assert_eq!(server.json(&fits).status, 200);
    // It is sent whole, and the answer is read.
    let answer = server.json(of(90_000));
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
    assert!(answer.json()["error"].as_str().unwrap().contains("longer than 1 MiB"), "{}", answer.text());
    // One that asks first is told at once, and one of no known length when it is too long.
    let mut client = server.client();
    client.send(head("POST", "/predict", &[JSON, "expect: 100-continue"], 1 << 30)).unwrap();
    assert_eq!(client.answer().unwrap().status, 413);
    let mut client = server.client();
    client
        .send(format!("POST /predict HTTP/1.1\r\nhost: a\r\n{JSON}\r\ntransfer-encoding: chunked\r\n\r\n"))
        .unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(1 << 16));
    (0..20).for_each(|_| client.send(&chunk).unwrap());
    client.send("0\r\n\r\n").unwrap();
    assert_eq!(client.answer().unwrap().status, 413);
    // One that fits and asks first is let go on.
    let mut client = server.client();
    let body = server.get("/example").body;
    client.send(head("POST", "/predict", &[JSON, "expect: 100-continue"], body.len())).unwrap();
    client.send(body).unwrap();
    assert_eq!(client.answer().unwrap().status, 200);
}
