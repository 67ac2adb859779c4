//! One thread for each connection: reads requests, writes what the cluster answers.

use super::wire::{Answer, ConnectionId, Event, HttpRequest};
use super::{http, tunnel};
use std::io::{self, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{CloseFrame, Message, Role, WebSocket};

/// Accepts connections for as long as the listener lives.
pub fn accept(listener: &TcpListener, events: &Sender<Event>) {
    let mut last: ConnectionId = 0;
    for socket in listener.incoming().flatten() {
        // Requests of one connection get ids of their own, so that a late frame cannot reach a later request.
        let first = last + 1;
        last += 1 << 32;
        let events = events.clone();
        std::thread::spawn(move || {
            // A peer that goes away in the middle is not an error of ours.
            let _ = converse(&socket, first, &events);
        });
    }
}

fn converse(socket: &TcpStream, first: ConnectionId, events: &Sender<Event>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut reader = BufReader::new(socket.try_clone()?);
    let mut id = first;
    while let Some(request) = http::read_request(&mut reader)? {
        let (sender, answers) = mpsc::channel();
        let upgrade = request.clone();
        if events.send(Event::Request { id, request, answers: sender }).is_err() {
            return Ok(());
        }
        let done = answer(socket, &upgrade, &answers, id, events);
        let _ = events.send(Event::Closed { id });
        if !done? {
            return Ok(());
        }
        id += 1;
    }
    Ok(())
}

/// Writes one answer. False when the connection cannot be used again.
fn answer(
    mut socket: &TcpStream,
    request: &HttpRequest,
    answers: &Receiver<Answer>,
    id: ConnectionId,
    events: &Sender<Event>,
) -> io::Result<bool> {
    while let Ok(answer) = answers.recv() {
        match answer {
            Answer::Full { code, content_type, warnings, body } => {
                http::write_full(&mut socket, code, &content_type, &warnings, &body)?;
                return Ok(true);
            }
            Answer::Start { content_type } => http::write_start(&mut socket, &content_type)?,
            Answer::Chunk(data) => http::write_chunk(&mut socket, &data)?,
            Answer::End => {
                http::write_chunk(&mut socket, b"")?;
                return Ok(true);
            }
            Answer::Upgrade => {
                websocket(socket, request, answers, id, events)?;
                return Ok(false);
            }
        }
    }
    Ok(false)
}

/// Speaks WebSocket: a second thread reads, this one writes.
fn websocket(
    mut socket: &TcpStream,
    request: &HttpRequest,
    answers: &Receiver<Answer>,
    id: ConnectionId,
    events: &Sender<Event>,
) -> io::Result<()> {
    use std::io::Write;
    let protocol = if request.wants_tunnel() { tunnel::PROTOCOL } else { "v5.channel.k8s.io" };
    let key = tungstenite::handshake::derive_accept_key(request.header("sec-websocket-key").as_bytes());
    write!(
        socket,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {key}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
    )?;
    let mut incoming = WebSocket::from_raw_socket(socket.try_clone()?, Role::Server, None);
    let frames = events.clone();
    std::thread::spawn(move || {
        while let Ok(message) = incoming.read() {
            let payload = match message {
                Message::Binary(data) => data.to_vec(),
                Message::Close(_) => break,
                _ => continue,
            };
            if frames.send(Event::Frame { id, payload }).is_err() {
                return;
            }
        }
        let _ = frames.send(Event::Closed { id });
    });
    let mut outgoing = WebSocket::from_raw_socket(socket.try_clone()?, Role::Server, None);
    while let Ok(Answer::Chunk(data)) = answers.recv() {
        outgoing.send(Message::Binary(data.into())).map_err(io::Error::other)?;
    }
    // Without a code the client takes the end for an accident.
    let _ = outgoing.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() }));
    let _ = outgoing.flush();
    Ok(())
}
