//! What Prometheus reads.

use crate::predictions::wages;
use crate::server::Server;

#[test]
fn requests_batches_and_the_queue_are_counted() {
    let place = wages();
    let server = Server::start(&place, "");
    let body = server.get("/example").body;
    let mut client = server.client();
    (0..5).for_each(|_| assert_eq!(client.post("application/json", &body).unwrap().status, 200));
    let list = format!("[{0},{0},{0}]", String::from_utf8(body).unwrap());
    assert_eq!(client.post("application/json", list).unwrap().status, 200);
    (0..3).for_each(|_| assert_eq!(client.post("application/json", "{").unwrap().status, 400));
    (0..4).for_each(|number| assert_eq!(server.get(&format!("/made-up/{number}")).status, 404));
    // This connection, and the one that asks.
    server.until("the others are closed", |server| server.metric("kiln_connections") == 2.0);
    let answer = server.get("/metrics");
    let content_type = answer.header("content-type").unwrap();
    assert!(content_type.starts_with("application/openmetrics-text; version=1.0.0"), "{content_type}");
    let text = answer.text();
    for line in [
        "# TYPE kiln_requests counter",
        "kiln_requests_total{path=\"/predict\",status=\"200\"} 6",
        "kiln_requests_total{path=\"/predict\",status=\"400\"} 3",
        // What clients invent makes no series.
        "kiln_requests_total{path=\"other\",status=\"404\"} 4",
        "# TYPE kiln_predict_seconds histogram",
        "kiln_predict_seconds_count 9",
        "kiln_batch_items_sum 8.0",
        "kiln_batch_requests_count 6",
        "kiln_items_total 8",
        "kiln_queue_requests 0",
        "kiln_in_flight 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}
