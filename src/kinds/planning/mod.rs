//! The kinds of planning: a plan of a requirement, the requirements of a text, a check of a plan. By a model or an agent
//! where one is to be asked, else by what the text says itself.

mod author;
mod by_agent;
mod by_model;
mod checking;
mod handler;
mod making;
mod parsing;
mod result;

pub use handler::PlanningHandler;
