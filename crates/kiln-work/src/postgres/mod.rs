//! A store in a PostgreSQL database: a row for each unit.
//!
//! Every change is one statement, which the server does as a whole or not at all. A lease runs out by the clock of the server, the only one
//! that is asked. A free row is taken with `FOR UPDATE SKIP LOCKED`: workers that come at once do not wait for each other.

mod connection;
mod statement;

use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::StoreError;
use crate::names;
use crate::store::{Lease, Store};
use connection::{Address, Connection};
use statement::Statement;

/// A store in a PostgreSQL database, version 9.5 or later. Connections are not encrypted: use one over a network that you trust, a tunnel,
/// or a proxy beside the worker.
///
/// The table `kiln_unit` is made when it is not there. A connection that is lost is made again with the next call.
#[derive(Debug)]
pub struct PostgresStore {
    address: Address,
    study: String,
    lease_time: Duration,
    worker: String,
    connection: Mutex<Option<Connection>>,
    /// Units below this number have a row.
    made: Mutex<i64>,
}

impl PostgresStore {
    /// Opens the store of the study called `study` in the database at `address` (`postgres://USER@HOST:PORT/DATABASE`). The password comes
    /// from `PGPASSWORD`.
    ///
    /// # Errors
    /// [`StoreError::Place`], [`StoreError::Database`].
    pub fn open(address: &str, study: &str, lease_time: Duration) -> Result<Self, StoreError> {
        let store = Self {
            address: Address::parse(address)?,
            study: study.to_owned(),
            lease_time,
            worker: names::worker(),
            connection: Mutex::new(None),
            made: Mutex::new(0),
        };
        store.with("open", |_| Ok(()))?;
        Ok(store)
    }

    /// Asks the database, over a new connection where the last one was lost.
    fn with<T>(
        &self,
        action: &'static str,
        ask: impl FnOnce(&mut Connection) -> Result<T, postgres::Error>,
    ) -> Result<T, StoreError> {
        let mut place = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match place.take() {
            Some(connection) if connection.is_open() => connection,
            _ => Connection::new(&self.address)?,
        };
        match ask(&mut connection) {
            Ok(answer) => {
                *place = Some(connection);
                Ok(answer)
            }
            // What state a connection is in after an error is not known: the next call makes another.
            Err(error) => Err(self.address.error(action, &error)),
        }
    }

    /// Makes the rows of the units below `end`.
    fn make_rows(&self, end: i64) -> Result<(), StoreError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if *made >= end {
            return Ok(());
        }
        self.with("write to", |connection| {
            let row = connection.one(Statement::Highest, &[&self.study])?;
            let first: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
            // Others may have made rows without those before them.
            connection.change(Statement::MakeRows, &[&self.study, &first.min(*made), &end])
        })?;
        *made = end;
        Ok(())
    }
}

impl Store for PostgresStore {
    fn results(&self, first: u64, known: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let known: Vec<i64> = known.iter().map(|unit| number(*unit)).collect();
        self.with("read", |connection| {
            let rows = connection.rows(Statement::Results, &[&self.study, &number(first), &known])?;
            let result = |row: postgres::Row| Ok((row.try_get::<_, i64>(0)?.unsigned_abs(), row.try_get(1)?));
            rows.into_iter().map(result).collect()
        })
    }

    fn take(&self, units: Range<u64>) -> Result<Option<Lease>, StoreError> {
        let (first, end) = (number(units.start), number(units.end));
        self.make_rows(end)?;
        let token = names::token(&self.worker);
        let taken = self.with("write to", |connection| {
            let free = connection.one(Statement::TakeFree, &[&self.study, &first, &end, &token])?;
            let row = match free {
                Some(row) => Some(row),
                None => {
                    let silent = self.lease_time.as_secs_f64();
                    connection.one(Statement::TakeLost, &[&self.study, &first, &end, &token, &silent])?
                }
            };
            row.map(|row| Ok((row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?))).transpose()
        })?;
        Ok(taken.map(|(unit, generation)| Lease {
            unit: unit.unsigned_abs(),
            generation: generation.unsigned_abs(),
            token,
        }))
    }

    fn renew(&self, lease: &Lease) -> Result<bool, StoreError> {
        self.with("write to", |connection| {
            connection.change(Statement::Renew, &[&self.study, &number(lease.unit), &lease.token])
        })
    }

    fn give_back(&self, lease: &Lease) -> Result<(), StoreError> {
        self.with("write to", |connection| {
            connection.change(Statement::GiveBack, &[&self.study, &number(lease.unit), &lease.token])
        })
        .map(|_| ())
    }

    fn finish(&self, unit: u64, token: &str, result: &[u8]) -> Result<bool, StoreError> {
        self.with("write to", |connection| {
            if connection.change(Statement::Finish, &[&self.study, &number(unit), &token, &result])? {
                return Ok(true);
            }
            let row = connection.one(Statement::WhoFinished, &[&self.study, &number(unit)])?;
            let by: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
            Ok(by.as_deref() == Some(token))
        })
    }

    fn lease_time(&self) -> Duration {
        self.lease_time
    }
}

/// A unit as the database has it.
fn number(unit: u64) -> i64 {
    i64::try_from(unit).unwrap_or(i64::MAX)
}
