//! How much may be asked by somebody who does not read the answers? So many requests are under way or answered and not read;
//! until there are fewer, no further one is heard.

use std::collections::HashSet;

use rmcp::RoleServer;
use rmcp::model::{ClientNotification, JsonRpcMessage, RequestId};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::sync::watch;

/// So many requests at once: more than a client makes before it reads an answer.
const MOST: usize = 256;

/// A transport that hears nothing more while too much waits. The protocol's own loop hears on, and keeps every answer.
pub(super) struct Paced<T> {
    transport: T,
    load: watch::Sender<Load>,
}

/// What has been heard and is not done with.
#[derive(Debug, Default)]
struct Load {
    /// Requests without an answer.
    under_way: HashSet<RequestId>,
    /// Messages that were not sent yet.
    unsent: usize,
}

impl<T> Paced<T> {
    pub(super) fn new(transport: T) -> Self {
        Self { transport, load: watch::Sender::default() }
    }

    fn heard(&self, message: &RxJsonRpcMessage<RoleServer>) {
        match message {
            JsonRpcMessage::Request(request) => {
                self.load.send_modify(|load| {
                    load.under_way.insert(request.id.clone());
                });
            }
            // It gets no answer.
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.load.send_modify(|load| {
                        load.under_way.remove(id);
                    });
                }
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {}
        }
    }
}

/// A message on its way.
struct Unsent(watch::Sender<Load>);

impl Unsent {
    fn new(load: &watch::Sender<Load>, message: &TxJsonRpcMessage<RoleServer>) -> Self {
        let answered = match message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
        };
        load.send_modify(|load| {
            load.unsent += 1;
            if let Some(id) = answered {
                load.under_way.remove(id);
            }
        });
        Self(load.clone())
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        self.0.send_modify(|load| load.unsent -= 1);
    }
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Paced<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let unsent = Unsent::new(&self.load, &message);
        let sent = self.transport.send(message);
        async move {
            let _unsent = unsent;
            sent.await
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let is_bearable = |load: &Load| load.under_way.len() + load.unsent < MOST;
        // It fails without a sender, and that is ours.
        let _ = self.load.subscribe().wait_for(is_bearable).await;
        let message = self.transport.receive().await?;
        self.heard(&message);
        Some(message)
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.transport.close().await
    }
}
