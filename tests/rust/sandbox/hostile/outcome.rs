//! What can come of a hostile file?

/// What is promised of a file at a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Refused, or there is nothing to be had.
    Blocked,
    /// It works, and nothing of it is seen outside.
    Contained,
    /// The run is ended by a limit.
    Ended,
    /// What it leaves running is ended when the run is over.
    DiesWithTheRun,
    /// This level does nothing against it; the machine may.
    Open,
}

/// What was seen of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// One of the outcomes.
    Outcome(Outcome),
    /// A process lives on.
    Left(String),
    /// The file did not do what it was to do.
    Broken(String),
}

impl Outcome {
    /// By its name in the head of a file.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "blocked" => Self::Blocked,
            "contained" => Self::Contained,
            "ended" => Self::Ended,
            "dies with the run" => Self::DiesWithTheRun,
            "open" => Self::Open,
            _ => return None,
        })
    }

    /// Whether what was seen is what was promised. What is open may be held by the machine all the same.
    pub(super) fn is_met_by(self, seen: &Seen) -> bool {
        match (self, seen) {
            (_, Seen::Broken(_)) => false,
            (Self::Open, _) => true,
            (promised, seen) => *seen == Seen::Outcome(promised),
        }
    }
}
