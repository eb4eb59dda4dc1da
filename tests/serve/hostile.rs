//! Clients that are slow, vanish, or speak no HTTP.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::client::head;
use crate::common::Place;
use crate::predictions::wages;
use crate::server::Server;

const JSON: &str = "content-type: application/json";

#[track_caller]
fn is_well(server: &Server) {
    let answer = server.json(server.get("/example").body);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn start(arguments: &str) -> (Place, Server) {
    let place = wages();
    let server = Server::start(&place, arguments);
    (place, server)
}

#[test]
fn slow_clients_are_cut_off_and_others_are_served_meanwhile() {
    let (_place, server) = start("--timeout 1");
    // Headers that never end, and bodies that never do.
    let mut headers: Vec<_> = (0..40).map(|_| server.client()).collect();
    let mut bodies: Vec<_> = (0..40).map(|_| server.client()).collect();
    let began = Instant::now();
    headers.iter_mut().for_each(|client| client.send("POST /predict HTTP/1.1\r\nhost: a\r\nx-a: ").unwrap());
    for client in &mut bodies {
        client.send(head("POST", "/predict", &[JSON], 1000)).unwrap();
        client.send("[[1,").unwrap();
    }
    while began.elapsed() < Duration::from_millis(700) {
        is_well(&server);
        headers.iter_mut().for_each(|client| client.send("a").unwrap());
        bodies.iter_mut().for_each(|client| client.send("1").unwrap());
        std::thread::sleep(Duration::from_millis(100));
    }
    for mut client in bodies {
        let answer = client.answer().unwrap();
        assert_eq!((answer.status, answer.header("connection")), (408, Some("close")), "{}", answer.text());
        assert!(answer.json()["error"].as_str().unwrap().contains("within 1 s"), "{}", answer.text());
    }
    assert!(headers.iter_mut().all(|client| client.answer().is_err()));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    server.until("all are gone", |server| server.metric("kiln_connections") == 1.0);
    is_well(&server);
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let (_place, server) = start("--max-wait 300 --max-batch 64");
    let body = server.get("/example").body;
    let parts = [head("POST", "/predict", &[JSON], body.len()).into_bytes(), body].concat();
    for round in 0..200 {
        let mut stream = TcpStream::connect(server.address).unwrap();
        // In the headers, in the body, or while the prediction waits for others.
        let until = [parts.len() / 3, parts.len() - 5, parts.len()][round % 3];
        stream.write_all(&parts[..until]).unwrap();
    }
    server.until("all are gone", |server| {
        server.metric("kiln_connections") == 1.0 && server.metric("kiln_queue_requests") == 0.0
    });
    // The request that asks is one itself.
    assert_eq!(server.metric("kiln_in_flight"), 1.0);
    is_well(&server);
}

#[test]
fn a_client_that_reads_nothing_is_cut_off() {
    let (_place, server) = start("--timeout 3");
    let row = "[40,\"clerk\",1.8,\"Ulm\",\"2020-01-05\"]";
    let body = format!("[{}]", vec![row; 200_000].join(","));
    let mut client = server.client();
    client.send(head("POST", "/predict", &[JSON], body.len())).unwrap();
    client.send(&body).unwrap();
    let served = "kiln_requests_total{path=\"/predict\",status=\"200\"}";
    server.until("it is predicted for", |server| server.get("/metrics").text().contains(served));
    server.until("it is cut off", |server| server.metric("kiln_connections") == 1.0);
    drop(client);
    is_well(&server);
}

#[test]
fn what_is_no_http_ends_its_connection_alone() {
    let (_place, server) = start("");
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
    let headers = format!("GET / HTTP/1.1\r\n{}\r\n", "x-a: b\r\n".repeat(5_000));
    let garbage: [&[u8]; 9] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"POST /predict HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nzz\r\n",
        long.as_bytes(),
        headers.as_bytes(),
    ];
    for bytes in garbage {
        let mut client = server.client();
        // The server may have hung up before the end of it.
        let _ = client.send(bytes);
        let answer = client.answer();
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        assert!(
            answer.is_err() || (400..=505).contains(&status),
            "{status}: {:?}",
            String::from_utf8_lossy(&bytes[..20.min(bytes.len())])
        );
    }
    is_well(&server);
}
