//! The service over real sockets, on stores in memory and on disk, with handlers that do what a test says.

/// Runs tests that take a [`served::Place`] in memory and on disk.
macro_rules! on_both_stores {
    ($($name:ident,)+) => {
        mod memory {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::server::served::Place::Memory).await;
            })+
        }

        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::server::served::Place::File).await;
            })+
        }
    };
}

mod access;
mod bad_input;
mod crowding;
mod description;
mod events;
mod feeds;
mod health;
mod listing;
mod mcp;
mod mcp_lines;
mod projects;
mod receiver;
mod seed;
mod served;
mod slow;
mod stopping;
mod streams;
mod tasks;
mod two_users;
mod webhooks;
