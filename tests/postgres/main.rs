//! What a store promises, held to by a PostgreSQL server that the tests start.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../../crates/kiln-work/tests/suite/laws.rs"]
mod laws;
mod proxy;
mod scale;
mod server;
mod tune;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use kiln_work::{PostgresStore, Store, StoreError};

use proxy::Proxy;
use server::Server;

fn open(address: &str, study: &str, milliseconds: u64) -> Arc<dyn Store> {
    Arc::new(PostgresStore::open(address, study, Duration::from_millis(milliseconds)).unwrap())
}

/// One server for all: it takes seconds to make.
#[test]
fn a_database_keeps_what_a_store_promises() {
    let mut server = Server::start();
    let address = server.address();
    laws::a_unit_has_one_worker_and_one_result(&|lease| open(&address, "one", lease));
    laws::a_lease_runs_out_unless_it_is_renewed(&|lease| open(&address, "two", lease));
    laws::a_unit_is_given_back_when_its_worker_is_asked_to_stop(&|lease| open(&address, "three", lease));
    laws::nothing_is_lost_and_nothing_twice(&|lease| open(&address, "four", lease), 8, 200);
    // Studies do not see each other.
    assert_eq!(open(&address, "five", 1000).results(0, &[]).unwrap(), []);
    assert_eq!(open(&address, "five", 1000).take(7..9).unwrap().unwrap().unit, 7);
    assert_eq!(open(&address, "five", 1000).take(2..9).unwrap().unwrap().unit, 2);

    the_server_is_started_again_in_the_middle(&mut server);
    connections_are_cut_in_the_middle(&server);

    let wrong = |address: &str| PostgresStore::open(address, "six", Duration::from_secs(1)).unwrap_err();
    let nobody = wrong(&address.replace("kiln@", "nobody@"));
    assert!(matches!(&nobody, StoreError::Database { passing: false, .. }), "{nobody}");
    assert!(nobody.to_string().contains("nobody"), "{nobody}");
    server.stop();
    let gone = wrong(&address);
    assert!(gone.is_passing(), "{gone}");
}

fn the_server_is_started_again_in_the_middle(server: &mut Server) {
    let address = server.address();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            laws::nothing_is_lost_and_nothing_twice(&|lease| steady(&address, "again", lease), 4, 400);
            over.store(true, Ordering::Relaxed);
        });
        let mut times = 0;
        while !over.load(Ordering::Relaxed) && !worker.is_finished() && times < 3 {
            thread::sleep(Duration::from_millis(300));
            server.restart();
            times += 1;
        }
        worker.join().unwrap();
        assert!(times > 0);
    });
}

fn connections_are_cut_in_the_middle(server: &Server) {
    let proxy = Proxy::start(server.port());
    let address = server.address_at(proxy.port());
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            laws::nothing_is_lost_and_nothing_twice(&|lease| steady(&address, "cut", lease), 4, 400);
            over.store(true, Ordering::Relaxed);
        });
        // An end to it, since workers wait longer and longer before they try again.
        while !over.load(Ordering::Relaxed) && !worker.is_finished() && proxy.cuts() < 40 {
            thread::sleep(Duration::from_millis(60));
            proxy.cut();
        }
        worker.join().unwrap();
    });
    assert!(proxy.cuts() > 3, "{} connections were cut", proxy.cuts());
}

/// Opened as workers do, which wait for a server that does not answer.
fn steady(address: &str, study: &str, milliseconds: u64) -> Arc<dyn Store> {
    let open = || PostgresStore::open(address, study, Duration::from_millis(milliseconds));
    Arc::new(kiln_work::Patience::default().ask(|| false, open).unwrap())
}
