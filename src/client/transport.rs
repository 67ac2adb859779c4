//! The one door, and the handle through which futures reach it without ever holding the cluster.

use super::request::{Reply, Request, StreamId, StreamPoll, WatchId, WatchPoll};
use crate::sim::Clock;
use crate::sim::clock::Yield;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// The API server as its clients see it. Controllers get it as `&mut dyn Api`; futures reach it through [`Client`].
pub trait Api {
    fn handle(&mut self, request: Request) -> Reply;
    /// The watch's events since the last poll.
    fn poll_watch(&mut self, id: WatchId) -> WatchPoll;
    fn close_watch(&mut self, id: WatchId);
    /// The stream's output since the last poll.
    fn poll_stream(&mut self, id: StreamId) -> StreamPoll;
    /// Input to the stream: an exec's standard input, a port-forward's bytes; `None` closes the input.
    fn write_stream(&mut self, id: StreamId, data: Option<&[u8]>);
    fn close_stream(&mut self, id: StreamId);
}

/// A call posted by a future, answered by the driver.
enum Call {
    Handle(Request),
    PollWatch(WatchId),
    CloseWatch(WatchId),
    PollStream(StreamId),
    WriteStream(StreamId, Option<Vec<u8>>),
    CloseStream(StreamId),
}

enum Answer {
    Reply(Reply),
    Watch(WatchPoll),
    Stream(StreamPoll),
}

/// Where the driver leaves the answer to one call. A dropped future drops its slot with it.
type Slot = Rc<RefCell<Option<Answer>>>;

/// What a command holds instead of the cluster: it posts calls and awaits their answers.
#[derive(Clone, Default)]
pub struct Client {
    posted: Rc<RefCell<VecDeque<(Call, Slot)>>>,
    pub clock: Clock,
}

impl Client {
    pub fn new(clock: Clock) -> Self {
        Self { posted: Rc::default(), clock }
    }

    fn post(&self, call: Call) -> Slot {
        let slot = Slot::default();
        self.posted.borrow_mut().push_back((call, slot.clone()));
        slot
    }

    async fn answer(&self, call: Call) -> Answer {
        let slot = self.post(call);
        loop {
            if let Some(answer) = slot.take() {
                return answer;
            }
            Yield::default().await;
        }
    }

    pub async fn request(&self, request: Request) -> Reply {
        match self.answer(Call::Handle(request)).await {
            Answer::Reply(reply) => reply,
            _ => unreachable!("a request is answered by a reply"),
        }
    }

    pub async fn poll_watch(&self, id: WatchId) -> WatchPoll {
        match self.answer(Call::PollWatch(id)).await {
            Answer::Watch(poll) => poll,
            _ => unreachable!("a watch poll is answered by one"),
        }
    }

    /// Waits until the watch has events or ends.
    pub async fn next_events(&self, id: WatchId) -> WatchPoll {
        loop {
            let poll = self.poll_watch(id).await;
            if poll.closed || !poll.events.is_empty() {
                return poll;
            }
            Yield::default().await;
        }
    }

    pub async fn poll_stream(&self, id: StreamId) -> StreamPoll {
        match self.answer(Call::PollStream(id)).await {
            Answer::Stream(poll) => poll,
            _ => unreachable!("a stream poll is answered by one"),
        }
    }

    /// Waits until the stream has output or ends.
    pub async fn next_chunks(&self, id: StreamId) -> StreamPoll {
        loop {
            let poll = self.poll_stream(id).await;
            if poll.closed || !poll.chunks.is_empty() {
                return poll;
            }
            Yield::default().await;
        }
    }

    pub fn write_stream(&self, id: StreamId, data: Option<&[u8]>) {
        self.post(Call::WriteStream(id, data.map(<[u8]>::to_vec)));
    }

    pub fn close_stream(&self, id: StreamId) {
        self.post(Call::CloseStream(id));
    }

    pub fn close_watch(&self, id: WatchId) {
        self.post(Call::CloseWatch(id));
    }

    /// Answers what was posted; the driver's to call. Returns how many calls there were that may have changed
    /// something (polls that found nothing do not count).
    pub fn deliver(&self, api: &mut dyn Api) -> usize {
        let mut progress = 0;
        loop {
            let Some((call, slot)) = self.posted.borrow_mut().pop_front() else { return progress };
            let answer = match call {
                Call::Handle(request) => {
                    progress += 1;
                    Some(Answer::Reply(api.handle(request)))
                }
                Call::PollWatch(watch) => {
                    let poll = api.poll_watch(watch);
                    progress += usize::from(poll.closed || !poll.events.is_empty());
                    Some(Answer::Watch(poll))
                }
                Call::PollStream(stream) => {
                    let poll = api.poll_stream(stream);
                    progress += usize::from(poll.closed || !poll.chunks.is_empty());
                    Some(Answer::Stream(poll))
                }
                Call::WriteStream(stream, data) => {
                    progress += 1;
                    api.write_stream(stream, data.as_deref());
                    None
                }
                Call::CloseStream(stream) => {
                    api.close_stream(stream);
                    None
                }
                Call::CloseWatch(watch) => {
                    api.close_watch(watch);
                    None
                }
            };
            *slot.borrow_mut() = answer;
        }
    }
}
