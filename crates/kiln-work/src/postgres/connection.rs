//! A connection to the database, with its statements.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::ToSql;
use postgres::{Client, Config, NoTls, Row};

use super::statement::{IS_THERE, MAKE_TABLE, Statement};
use crate::error::StoreError;

/// How long a server may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long what was sent may go without an answer of the other machine, before the connection counts as cut.
const SILENCE: Duration = Duration::from_secs(15);

/// Where the database is.
#[derive(Debug)]
pub(super) struct Address {
    config: Config,
    /// Without a password.
    shown: String,
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = |_| StoreError::Place { text: text.to_owned() };
        let mut config: Config = text.parse().map_err(wrong)?;
        if let Ok(password) = std::env::var("PGPASSWORD") {
            config.password(password);
        }
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        config.application_name("kiln");
        Ok(Self { config, shown: text.to_owned() })
    }

    /// What the database said. An error of the connection passes; of those of the server, when it starts, stops, or has no room.
    pub(super) fn error(&self, action: &'static str, error: &postgres::Error) -> StoreError {
        let passing = match error.code() {
            None => true,
            Some(code) => {
                let class = &code.code()[..code.code().len().min(2)];
                matches!(class, "08" | "40" | "53" | "57" | "58")
                    || matches!(*code, SqlState::LOCK_NOT_AVAILABLE | SqlState::READ_ONLY_SQL_TRANSACTION)
            }
        };
        let reason = match (error.as_db_error(), error.source()) {
            (Some(said), _) => said.message().to_owned(),
            (None, Some(source)) => source.to_string(),
            (None, None) => error.to_string(),
        };
        StoreError::Database { action, place: self.shown.clone(), reason, passing }
    }
}

/// An open connection.
pub(super) struct Connection {
    client: Client,
    statements: Vec<postgres::Statement>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("open", &self.is_open()).finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(address: &Address) -> Result<Self, StoreError> {
        let connect = || {
            let mut client = address.config.connect(NoTls)?;
            // Whoever may not make a table may still use one that is there.
            let there: bool = client.query_one(IS_THERE, &[])?.try_get(0)?;
            if !there {
                client.batch_execute(MAKE_TABLE)?;
            }
            let statements = Statement::ALL.iter().map(|statement| client.prepare(statement.sql()));
            let statements = statements.collect::<Result<Vec<_>, _>>()?;
            Ok(Self { client, statements })
        };
        connect().map_err(|error: postgres::Error| address.error("connect to", &error))
    }

    pub(super) fn is_open(&self) -> bool {
        !self.client.is_closed()
    }

    pub(super) fn rows(
        &mut self,
        statement: Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, postgres::Error> {
        self.client.query(&self.statements[statement as usize], values)
    }

    pub(super) fn one(
        &mut self,
        statement: Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<Row>, postgres::Error> {
        self.client.query_opt(&self.statements[statement as usize], values)
    }

    /// Gives whether a row has changed.
    pub(super) fn change(
        &mut self,
        statement: Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<bool, postgres::Error> {
        Ok(self.client.execute(&self.statements[statement as usize], values)? > 0)
    }
}
