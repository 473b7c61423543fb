//! Which tools are there? One entry each.

use std::sync::LazyLock;

use super::argument::{Argument, Shape};
use super::tool::{Deed, Tool};
use crate::task::Priority;

/// All of them, in the order in which an agent reads them.
pub(super) static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    vec![
        submit_test_generation(),
        planning(
            "submit_plan_generation",
            "Plan an implementation",
            "plan_generation",
            "requirement",
            "Makes a plan of phases, tasks, dependencies, estimates and risks for a requirement.",
        ),
        planning(
            "submit_requirements_parsing",
            "Parse requirements",
            "requirements_parsing",
            "requirements_text",
            "Makes a list of requirements, with types, priorities, acceptance criteria and ambiguities, of a text.",
        ),
        planning(
            "submit_plan_validation",
            "Check a plan",
            "plan_validation",
            "plan_text",
            "Looks for what is wrong in a plan: cycles, missing estimates, requirements without a task, vague words.",
        ),
        get_task_status(),
        get_task_result(),
        cancel_task(),
        list_tasks(),
    ]
});

/// What an agent is told of every submission.
const AFTERWARDS: &str = "Answers at once with a task_id; the work goes on in the background. Afterwards tell the user \
                          the task_id and stop: do not poll in the same turn. When the user asks for the outcome, call \
                          get_task_result with the task_id.";
/// The longest path.
const LONGEST_PATH: usize = 4096;
/// The longest text to plan by.
const LONGEST_TEXT: usize = 256 * 1024;
/// The longest idempotency key.
const LONGEST_KEY: usize = 255;
/// The longest attempt, in seconds.
const LONGEST_ATTEMPT: u32 = 86_400;
/// The longest page, and the usual one.
pub(super) const PAGE: (i64, usize) = (100, 20);
/// The words of statuses.
const STATUSES: [&str; 5] = ["pending", "running", "completed", "failed", "cancelled"];

fn submit_test_generation() -> Tool {
    let path = Shape::Text { most: LONGEST_PATH };
    submission(
        ("submit_test_generation", "Write unit tests for a module"),
        Deed::Submit { kind: "generate_tests", may_replace: true },
        "Has unit tests written for one Python module of the project, runs them several times in a sandbox, measures \
         their coverage, and keeps those that hold.",
        [
            Argument::new(
                "module_path",
                path.clone(),
                "The module: relative to the project root, such as src/shop/cart.py, or absolute inside it",
            )
            .needed(),
            Argument::new(
                "output_path",
                path,
                "The test file to write; left out: tests/ mirrors the package",
            ),
            Argument::new(
                "coverage_threshold",
                Shape::Whole { least: 0, most: 100 },
                "Line and branch coverage to reach, in percent",
            )
            .or(80),
            Argument::new(
                "overwrite",
                Shape::Flag,
                "Whether a test file that somebody wrote or edited may be replaced",
            )
            .or(false),
            Argument::new(
                "max_iterations",
                Shape::Whole { least: 1, most: 20 },
                "How often the agent may go on after a verification; left out: as the settings say",
            ),
        ],
    )
}

/// A planning tool: it works on one text.
fn planning(
    name: &'static str,
    title: &'static str,
    kind: &'static str,
    text: &'static str,
    says: &str,
) -> Tool {
    let own = Argument::new(
        text,
        Shape::Text { most: LONGEST_TEXT },
        "The text to work on, at most 262,144 bytes of it",
    )
    .needed();
    submission((name, title), Deed::Submit { kind, may_replace: false }, says, [own])
}

fn get_task_status() -> Tool {
    Tool {
        name: "get_task_status",
        title: "Where a task stands",
        says: "Tells where a task stands and how far it is, at once; never waits for it. While it goes on, poll_after_ms \
               says how long to wait before asking again."
            .to_owned(),
        arguments: vec![task_id()],
        deed: Deed::Status,
    }
}

fn get_task_result() -> Tool {
    Tool {
        name: "get_task_result",
        title: "What a task left",
        says: "Tells what a task left, or why it failed, at once; never waits for it. While it goes on it answers its \
               state instead, and poll_after_ms says how long to wait before asking again: tell the user so and stop, \
               rather than ask again and again in one turn."
            .to_owned(),
        arguments: vec![task_id()],
        deed: Deed::Result,
    }
}

fn cancel_task() -> Tool {
    Tool {
        name: "cancel_task",
        title: "Cancel a task",
        says: "Ends a task for good, and everything that runs for it. Only when the user asks for it. A task that has \
               ended already is refused."
            .to_owned(),
        arguments: vec![task_id()],
        deed: Deed::Cancel,
    }
}

fn list_tasks() -> Tool {
    let (longest, usual) = PAGE;
    Tool {
        name: "list_tasks",
        title: "The user's tasks",
        says:
            "Lists the tasks of the user, the newest first, without what they left: get_task_result has that."
                .to_owned(),
        arguments: vec![
            Argument::new("status", Shape::Word(STATUSES.to_vec()), "Only tasks that stand so"),
            Argument::new(
                "task_type",
                Shape::Text { most: 64 },
                "Only tasks of this kind, such as generate_tests",
            ),
            Argument::new("limit", Shape::Whole { least: 1, most: longest }, "At most so many").or(usual),
            Argument::new("cursor", Shape::Text { most: 64 }, "next_cursor of the page before"),
        ],
        deed: Deed::List,
    }
}

/// A tool that keeps a task: what is its own, and what all of them take.
fn submission(
    (name, title): (&'static str, &'static str),
    deed: Deed,
    says: &str,
    own: impl IntoIterator<Item = Argument>,
) -> Tool {
    let says = format!("{says} {AFTERWARDS}");
    Tool { name, title, says, arguments: own.into_iter().chain(terms()).collect(), deed }
}

fn terms() -> [Argument; 3] {
    let priorities = Priority::ALL.map(Priority::as_str).to_vec();
    [
        Argument::new("priority", Shape::Word(priorities), "Who goes first").or(Priority::default().as_str()),
        Argument::new(
            "timeout_seconds",
            Shape::Seconds { most: LONGEST_ATTEMPT },
            "How long one attempt may take; left out: as the settings say",
        ),
        Argument::new(
            "idempotency_key",
            Shape::Text { most: LONGEST_KEY },
            "A text of yours for this request: the same key again answers the same task instead of a second one",
        ),
    ]
}

fn task_id() -> Argument {
    Argument::new("task_id", Shape::Text { most: LONGEST_PATH }, "The id that a submission answered").needed()
}
