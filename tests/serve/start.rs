//! What is said when a server starts, and why it does not.

use std::net::TcpListener;

use crate::common::{Place, train};
use crate::server::Server;

#[test]
fn what_cannot_be_served_is_told_with_its_remedy() {
    let place = Place::new();
    place.fails("serve last", 2, "last");
    train(&place, "iris train.epochs=1");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ran =
        place.fails(&format!("serve last --port {port}"), 7, &format!("cannot listen on 127.0.0.1:{port}"));
    assert!(ran.says("give another --port"), "{}", ran.stderr);
    let ran = place.fails("serve last --host 192.0.2.1", 7, "cannot listen on 192.0.2.1:8080");
    assert!(ran.says("--host"), "{}", ran.stderr);
    place.fails("serve last --host nowhere.invalid", 7, "cannot listen on nowhere.invalid:8080");
    place.fails(
        "serve last --timeout 4000",
        2,
        "timeout is 4000, it must be at least 0.001 and at most 3600",
    );
    for wrong in [
        "--port 65536",
        "--max-batch 0",
        "--queue 0",
        "--max-body 0",
        "--timeout 0",
        "--timeout nan",
        "--max-wait -1",
        "--dry-run",
        "--seed 3",
    ] {
        assert_eq!(place.kiln(&format!("serve last {wrong}")).code, Some(2), "{wrong}");
    }
    place.ok("cv iris train.epochs=1 --folds 2 -q");
    let ran = place.kiln("serve last");
    assert!(ran.code != Some(0) && !ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn an_address_that_others_reach_is_warned_of() {
    let place = Place::new();
    train(&place, "iris train.epochs=1");
    let server = Server::start(&place, "--host 0.0.0.0 -q");
    server.signal("-TERM");
    let (status, said) = server.end();
    assert!(status.success() && said.contains("warning: other machines can reach"), "{said}");
    let server = Server::start(&place, "--host localhost -q");
    server.signal("-TERM");
    assert_eq!(server.end().1, "");
}
