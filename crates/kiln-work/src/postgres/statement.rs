//! What is asked of the database.

/// Whether the table is there.
pub(super) const IS_THERE: &str = "SELECT to_regclass('kiln_unit') IS NOT NULL";

/// What the table needs to be, by one worker at a time: two that make it at once disturb each other.
///
/// Half of a page is left free, so that a lease is renewed without touching an index.
pub(super) const MAKE_TABLE: &str = "
BEGIN;
SELECT pg_advisory_xact_lock(7164392155);
CREATE TABLE IF NOT EXISTS kiln_unit (
    study text NOT NULL,
    unit bigint NOT NULL,
    -- 0: free, 1: taken, 2: done.
    state smallint NOT NULL DEFAULT 0,
    generation bigint NOT NULL DEFAULT 0,
    token text NOT NULL DEFAULT '',
    renewed timestamptz,
    result bytea,
    PRIMARY KEY (study, unit)
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS kiln_unit_free ON kiln_unit (study, unit) WHERE state = 0;
COMMIT;
";

/// A statement that a connection prepares once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Statement {
    Highest,
    MakeRows,
    Results,
    TakeFree,
    TakeLost,
    Renew,
    GiveBack,
    Finish,
    WhoFinished,
}

impl Statement {
    /// All of them, in the order of their numbers.
    pub(super) const ALL: [Self; 9] = [
        Self::Highest,
        Self::MakeRows,
        Self::Results,
        Self::TakeFree,
        Self::TakeLost,
        Self::Renew,
        Self::GiveBack,
        Self::Finish,
        Self::WhoFinished,
    ];

    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::Highest => "SELECT coalesce(max(unit) + 1, 0) FROM kiln_unit WHERE study = $1",
            Self::MakeRows => {
                "INSERT INTO kiln_unit (study, unit) SELECT $1, made FROM generate_series($2, $3::bigint - 1) AS made \
                 ON CONFLICT DO NOTHING"
            }
            Self::Results => {
                "SELECT unit, result FROM kiln_unit WHERE study = $1 AND unit >= $2 AND state = 2 \
                 AND unit <> ALL($3::bigint[]) ORDER BY unit"
            }
            Self::TakeFree => {
                "UPDATE kiln_unit SET state = 1, generation = generation + 1, token = $4, renewed = clock_timestamp() \
                 WHERE study = $1 AND unit = (SELECT unit FROM kiln_unit WHERE study = $1 AND unit >= $2 AND unit < $3 \
                 AND state = 0 ORDER BY unit LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING unit, generation"
            }
            Self::TakeLost => {
                "UPDATE kiln_unit SET generation = generation + 1, token = $4, renewed = clock_timestamp() \
                 WHERE study = $1 AND unit = (SELECT unit FROM kiln_unit WHERE study = $1 AND unit >= $2 AND unit < $3 \
                 AND state = 1 AND renewed < clock_timestamp() - $5::float8 * interval '1 second' \
                 ORDER BY unit LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING unit, generation"
            }
            Self::Renew => {
                "UPDATE kiln_unit SET renewed = clock_timestamp() WHERE study = $1 AND unit = $2 AND token = $3 \
                 AND state = 1"
            }
            Self::GiveBack => {
                "UPDATE kiln_unit SET state = 0 WHERE study = $1 AND unit = $2 AND token = $3 AND state = 1"
            }
            Self::Finish => {
                "INSERT INTO kiln_unit AS there (study, unit, state, token, result) VALUES ($1, $2, 2, $3, $4) \
                 ON CONFLICT (study, unit) DO UPDATE SET state = 2, token = $3, result = $4 WHERE there.state <> 2"
            }
            Self::WhoFinished => "SELECT token FROM kiln_unit WHERE study = $1 AND unit = $2 AND state = 2",
        }
    }
}
