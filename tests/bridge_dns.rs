//! The cluster's DNS on a real socket: `dig` where the machine has one, and packets no client would send.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]
#![allow(
    clippy::disallowed_methods,
    reason = "the server runs beside its clients"
)]
#![cfg(feature = "cli")]

mod reader;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use domain::base::Message;
use statefulset_playground::bridge::Bridge;
use statefulset_playground::bridge::dns::{Over, answer};
use statefulset_playground::chance::chance;
use statefulset_playground::config::Config;
use statefulset_playground::dns::server::Server;
use statefulset_playground::time::Time;

/// A set of forty pods: more addresses than a plain packet holds.
fn forty() -> String {
    reader::web(
        "podManagementPolicy: Parallel\n  replicas: 40",
        "image: nginx",
    )
}

const NAME: &str = "nginx.default.svc.cluster.local";

/// A server of its own for each test; it ends with the test's process.
fn served() -> SocketAddr {
    let mut bridge = Bridge::new(Config::default(), Time::START);
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let dns = bridge.listen_dns(any).unwrap();
    bridge.apply(&forty());
    let (told, hears) = mpsc::channel();
    std::thread::spawn(move || bridge.serve(any, 3600, move |it| told.send(it).unwrap()));
    hears.recv().unwrap();
    for _ in 0..100 {
        let reply = over_udp(dns, &query(NAME, 1, Some(4096)));
        if Message::from_octets(&reply[..])
            .unwrap()
            .header_counts()
            .ancount()
            == 40
        {
            return dns;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("forty pods are Ready within hours");
}

/// A query of that type; with the size of an OPT record, if any.
fn query(name: &str, kind: u16, edns: Option<u16>) -> Vec<u8> {
    let more = u8::from(edns.is_some());
    let mut packet = vec![7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, more];
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).unwrap());
        packet.extend_from_slice(label.as_bytes());
    }
    packet.push(0);
    packet.extend_from_slice(&kind.to_be_bytes());
    packet.extend_from_slice(&[0, 1]);
    if let Some(size) = edns {
        packet.extend_from_slice(&[0, 0, 41]);
        packet.extend_from_slice(&size.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0x80, 0, 0, 0]);
    }
    packet
}

fn over_udp(address: SocketAddr, packet: &[u8]) -> Vec<u8> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    socket.send_to(packet, address).unwrap();
    let mut reply = vec![0; 65_535];
    let length = socket.recv(&mut reply).unwrap();
    reply.truncate(length);
    reply
}

fn over_tcp(stream: &mut TcpStream, packet: &[u8]) -> Vec<u8> {
    let length = u16::try_from(packet.len()).unwrap();
    stream
        .write_all(&[&length.to_be_bytes(), packet].concat())
        .unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut reply = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut reply).unwrap();
    reply
}

#[test]
fn replies_fit_their_packets_and_tcp_has_the_rest() {
    let address = served();
    let told = |reply: &[u8]| {
        let message = Message::from_octets(reply).unwrap();
        let counts = message.header_counts();
        (message.header().tc(), counts.ancount(), counts.arcount())
    };
    let plain = over_udp(address, &query(NAME, 1, None));
    assert_eq!((told(&plain), plain.len()), ((true, 28, 0), 49 + 28 * 16));
    let small = over_udp(address, &query(NAME, 1, Some(100)));
    assert_eq!(told(&small), (true, 28, 1));
    // 49 + 40 × 47 octets without pointers; 11 of the OPT record.
    let large = over_udp(address, &query(NAME, 1, Some(4096)));
    assert_eq!(
        (told(&large), large.len()),
        ((false, 40, 1), 49 + 40 * 16 + 11)
    );
    let mut stream = TcpStream::connect(address).unwrap();
    for _ in 0..2 {
        let whole = over_tcp(&mut stream, &query(NAME, 1, None));
        assert_eq!((told(&whole), whole.len()), ((false, 40, 0), 49 + 40 * 47));
    }
    let srv = over_udp(address, &query(NAME, 33, None));
    assert!(told(&srv).0 && srv.len() <= 512);
    // SERVFAIL and the like have no place here; a name that is not there has its SOA.
    let none = over_udp(address, &query(&["web-99.", NAME].concat(), 1, None));
    let none = Message::from_octets(&none[..]).unwrap();
    assert_eq!(none.header().rcode().to_int(), 3);
    assert_eq!(none.header_counts().nscount(), 1);
}

#[test]
fn dig_is_answered() {
    if Command::new("dig").arg("-v").output().is_err() {
        println!("SKIPPED: no dig on this machine");
        return;
    }
    let address = served();
    let dig = |words: &[&str]| {
        let server = [
            format!("@{}", address.ip()),
            format!("-p{}", address.port()),
        ];
        let output = Command::new("dig")
            .args(server)
            .args(words)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(dig(&["+short", NAME]).lines().count(), 40);
    assert_eq!(dig(&["+short", "+tcp", NAME]).lines().count(), 40);
    assert_eq!(
        dig(&["+short", "+noedns", "+ignore", NAME]).lines().count(),
        28
    );
    let one = dig(&[&["web-0.", NAME].concat()]);
    assert!(
        one.contains(";; flags: qr aa rd; QUERY: 1, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1"),
        "{one}"
    );
    assert!(
        one.contains("(echoed)") && one.contains("MSG SIZE  rcvd: 131"),
        "{one}"
    );
    let address = dig(&["+short", &["web-0.", NAME].concat()]);
    assert_eq!(
        dig(&["+short", "-x", address.trim()]),
        format!("web-0.{NAME}.\n")
    );
    assert_eq!(
        dig(&["+short", "cluster.local", "NS"]),
        "kube-dns.kube-system.svc.cluster.local.\n"
    );
    assert!(dig(&["+edns=7", "+noednsneg", "cluster.local"]).contains("status: BADVERS"));
    assert!(dig(&["+opcode=UPDATE", "+noedns", "cluster.local"]).contains("status: NOTIMP"));
    assert!(dig(&["cluster.local", "CH", "TXT"]).contains("status: REFUSED"));
    assert!(dig(&["AXFR", "cluster.local"]).contains("Transfer failed"));
    assert!(dig(&["example.com"]).contains("status: NXDOMAIN"));
}

/// A cluster whose set is up, as its DNS server knows it.
fn server() -> Server {
    let session = reader::loaded(&forty());
    session.timeline().world().dns.clone()
}

/// Names that stand at the limits: 255 octets, labels of 63, many labels, odd octets.
fn names(seed: u64) -> Vec<Vec<u8>> {
    let label = |length: u8, octet: u8| [vec![length], vec![octet; length.into()]].concat();
    let long = [
        label(63, b'a'),
        label(63, b'b'),
        label(63, b'c'),
        label(61, b'd'),
        vec![0],
    ]
    .concat();
    assert_eq!(long.len(), 255);
    let deep = [label(1, b'a').repeat(127), vec![0]].concat();
    let odd = |it: u64| u8::try_from(chance(seed, &["odd", &it.to_string()]) & 0xff).unwrap();
    let strange: Vec<u8> = (0..20).map(odd).collect();
    vec![
        vec![0],
        long.clone(),
        [&label(63, b'z')[..], &long].concat(),
        deep,
        [&[20][..], &strange, b"\x03svc\x07cluster\x05local\0"].concat(),
        b"\x05a.b\\c\x05nginx\x07default\x03svc\x07cluster\x05local\0".to_vec(),
        // Pointers: to itself, forward, into the header, out of the packet.
        vec![0xc0, 12],
        vec![1, b'a', 0xc0, 40],
        vec![0xc0, 0],
        vec![0xff, 0xff],
        // A label length that does not exist, and a name that never ends.
        vec![0x80, 1, 2],
        vec![5, b'a'],
    ]
}

#[test]
fn no_packet_is_too_strange() {
    let seed = 1;
    println!("seed {seed}");
    let mut server = server();
    let draw = |round: u64, what: &str, below: usize| {
        let drawn = chance(seed, &[what, &round.to_string()]);
        usize::try_from(drawn % below as u64).unwrap()
    };
    let (mut answered, mut refused) = (0, 0);
    for round in 0..20_000 {
        let names = names(round);
        let kind = [1, 2, 5, 6, 12, 16, 28, 33, 41, 252, 255, 65_535][draw(round, "kind", 12)];
        let mut packet = match draw(round, "base", 3) {
            0 => query(
                NAME,
                kind,
                Some([0, 512, 1232, 65_535][draw(round, "size", 4)]),
            ),
            1 => query(&["web-1.", NAME].concat(), kind, None),
            _ => {
                let name = &names[draw(round, "name", names.len())];
                let head = [9, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
                [&head[..], name, &[0, 1, 0, 1]].concat()
            }
        };
        // A few octets become others; sometimes the end is missing, or there is more.
        for change in 0..draw(round, "changes", 4) {
            let at = draw(round, &format!("at {change}"), packet.len());
            packet[at] = u8::try_from(draw(round, &format!("octet {change}"), 256)).unwrap();
        }
        match draw(round, "end", 8) {
            0 => packet.truncate(draw(round, "length", packet.len())),
            1 => packet.extend_from_within(..packet.len() / 2),
            _ => {}
        }
        let over = [Over::Udp, Over::Udp6, Over::Tcp][draw(round, "over", 3)];
        let Some(reply) = answer(&mut server, Time::START, &packet, over) else {
            continue;
        };
        let message = Message::from_octets(&reply[..]).unwrap();
        assert_eq!(
            reply[..2],
            packet[..2],
            "round {round}: the id of the query"
        );
        assert!(message.header().qr(), "round {round}");
        for section in [message.answer(), message.authority(), message.additional()] {
            assert!(
                section.unwrap().all(|it| it.is_ok()),
                "round {round}: it can be read"
            );
        }
        let said = message.opt().map_or(0, |it| it.udp_payload_size());
        if over != Over::Tcp {
            assert!(
                reply.len() <= usize::from(said.max(512)),
                "round {round}: it fits"
            );
        }
        match message.header().rcode().to_int() {
            1 => refused += 1,
            _ => answered += 1,
        }
    }
    assert!(
        answered > 5000 && refused > 1000,
        "{answered} answered, {refused} refused"
    );
}
