//! What did models do in one attempt? Told by the agent as it happens, so that nothing is lost where it is stopped.

use parking_lot::Mutex;
use uuid::Uuid;

use crate::task::{ModelRun, RunEnding};

/// The models of one attempt.
#[derive(Debug, Default)]
pub struct ModelTally(Mutex<Tally>);

#[derive(Debug, Default)]
struct Tally {
    /// In the order in which they began; the one at work last stands last.
    entries: Vec<Entry>,
    /// Somebody else did the work in the end.
    is_discredited: bool,
}

#[derive(Debug)]
struct Entry {
    model: Box<str>,
    rate_limits: u32,
    /// What each of its conversations cost within this attempt.
    costs: Vec<(Uuid, f64)>,
}

impl ModelTally {
    /// A model is set to work.
    pub fn works(&self, model: &str) {
        let mut tally = self.0.lock();
        let known = tally.entries.iter().position(|entry| *entry.model == *model);
        let entry = match known {
            Some(index) => tally.entries.remove(index),
            None => Entry { model: model.into(), rate_limits: 0, costs: Vec::new() },
        };
        tally.entries.push(entry);
    }

    /// The provider of the model at work asks to slow down, or its account is used up.
    pub fn limited(&self) {
        if let Some(entry) = self.0.lock().entries.last_mut() {
            entry.rate_limits += 1;
        }
    }

    /// What a conversation of the model at work has cost so far, within this attempt.
    pub fn spent(&self, conversation: Uuid, cost_usd: f64) {
        if let Some(entry) = self.0.lock().entries.last_mut() {
            entry.costs.retain(|(known, _)| *known != conversation);
            entry.costs.push((conversation, cost_usd));
        }
    }

    /// The work of all of them came to nothing: somebody else steps in.
    pub fn discredit(&self) {
        self.0.lock().is_discredited = true;
    }

    /// What each did, in an attempt that ended so.
    pub fn runs(&self, ending: RunEnding) -> Vec<ModelRun> {
        let tally = self.0.lock();
        let last = tally.entries.len().saturating_sub(1);
        let of_entry = |(index, entry): (usize, &Entry)| ModelRun {
            model: entry.model.clone(),
            ending: match ending {
                RunEnding::Success if tally.is_discredited || index < last => RunEnding::Failure,
                ending => ending,
            },
            rate_limits: entry.rate_limits,
            cost_usd: entry.costs.iter().map(|(_, cost)| *cost).reduce(|sum, cost| sum + cost),
        };
        tally.entries.iter().enumerate().map(of_entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_that_of_the_model_at_work_last() {
        let tally = ModelTally::default();
        tally.works("a");
        tally.limited();
        tally.works("b");
        let [first, second] = tally.runs(RunEnding::Success).try_into().expect("two models");
        assert_eq!((first.ending, first.rate_limits), (RunEnding::Failure, 1));
        assert_eq!((second.ending, second.rate_limits), (RunEnding::Success, 0));
        tally.discredit();
        assert!(tally.runs(RunEnding::Success).iter().all(|run| run.ending == RunEnding::Failure));
        assert!(tally.runs(RunEnding::Stopped).iter().all(|run| run.ending == RunEnding::Stopped));
    }

    #[test]
    fn what_a_conversation_cost_is_its_newest_figure() {
        let tally = ModelTally::default();
        tally.works("a");
        assert_eq!(tally.runs(RunEnding::Failure)[0].cost_usd, None, "not known, and not 0");
        tally.spent(Uuid::from_u128(1), 0.25);
        tally.spent(Uuid::from_u128(1), 0.5);
        tally.spent(Uuid::from_u128(2), 1.0);
        tally.works("a");
        assert_eq!(tally.runs(RunEnding::Failure)[0].cost_usd, Some(1.5));
    }
}
