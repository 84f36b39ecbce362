//! The cluster's DNS over UDP and TCP, for `dig` and other resolvers outside the process.
//!
//! Messages are octets here and nowhere else; what is answered is [`crate::dns`]' business.
//!
//! upstream: defaultMsgAcceptFunc of miekg/dns; Server.ServeDNS, request.SizeAndDo and edns.Version of CoreDNS.

use std::io;
use std::net::{self, SocketAddr};
use std::sync::Arc;

use domain::base::iana::{Class, Opcode, Rcode, Rtype};
use domain::base::message_builder::TreeCompressor;
use domain::base::opt::{self, UnknownOptData};
use domain::base::wire::Composer;
use domain::base::{Message, MessageBuilder, Name, Serial, ToName as _, Ttl, UnknownRecordData};
use domain::rdata::{A, Aaaa, Cname, Ns, Ptr, Soa, Srv, Txt, ZoneRecordData};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::{Duration, sleep, timeout};

use super::Bridge;
use crate::dns::server::Server;
use crate::dns::{Data, Query, Record, Reply, Type, size};
use crate::time::Time;

/// How long a connection may be silent.
const IDLE: Duration = Duration::from_secs(10);
/// Replies over UDP that are longer are compressed, in the hope that they are not cut up on their way.
const UNCOMPRESSED_MAX: [usize; 2] = [1480, 1220];
/// The options of a query that stand in its reply: NSID, EXPIRE, COOKIE, TCP KEEPALIVE, PADDING.
const ECHOED: [u16; 5] = [3, 9, 10, 11, 12];
/// Its flags that do: DO.
const FLAGS: u32 = 0xff00;

/// The two sockets of one address.
#[derive(Clone, Debug)]
pub(super) struct Sockets {
    udp: Arc<net::UdpSocket>,
    tcp: Arc<net::TcpListener>,
}

impl Sockets {
    pub(super) fn bind(address: SocketAddr) -> io::Result<(Self, SocketAddr)> {
        let udp = net::UdpSocket::bind(address)?;
        let address = udp.local_addr()?;
        let tcp = net::TcpListener::bind(address)?;
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        let sockets = Self {
            udp: Arc::new(udp),
            tcp: Arc::new(tcp),
        };
        Ok((sockets, address))
    }

    /// Answers until the process ends.
    pub(super) fn serve(&self, bridge: &Bridge) -> io::Result<()> {
        let udp = UdpSocket::from_std(self.udp.try_clone()?)?;
        let tcp = TcpListener::from_std(self.tcp.try_clone()?)?;
        tokio::task::spawn_local(packets(udp, bridge.clone()));
        tokio::task::spawn_local(connections(tcp, bridge.clone()));
        Ok(())
    }
}

async fn packets(socket: UdpSocket, bridge: Bridge) {
    let mut packet = vec![0; size::TCP];
    loop {
        // A client that is gone is told of by the next read.
        let Ok((length, from)) = socket.recv_from(&mut packet).await else {
            sleep(super::TICK).await;
            continue;
        };
        let over = if from.is_ipv6() {
            Over::Udp6
        } else {
            Over::Udp
        };
        if let Some(reply) = bridge.answer_packet(&packet[..length], over) {
            let _gone = socket.send_to(&reply, from).await;
        }
    }
}

async fn connections(listener: TcpListener, bridge: Bridge) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => _ = tokio::task::spawn_local(talk(stream, bridge.clone())),
            Err(_) => sleep(super::TICK).await,
        }
    }
}

/// Queries and replies, each after its length, until the client is silent or gone.
async fn talk(mut stream: TcpStream, bridge: Bridge) {
    while let Ok(Ok(length)) = timeout(IDLE, stream.read_u16()).await {
        let mut packet = vec![0; length.into()];
        if !matches!(
            timeout(IDLE, stream.read_exact(&mut packet)).await,
            Ok(Ok(_))
        ) {
            return;
        }
        let Some(reply) = bridge.answer_packet(&packet, Over::Tcp) else {
            return;
        };
        let length = u16::try_from(reply.len()).unwrap_or(u16::MAX).to_be_bytes();
        let framed = [&length, &reply[..]].concat();
        if !matches!(timeout(IDLE, stream.write_all(&framed)).await, Ok(Ok(()))) {
            return;
        }
    }
}

impl Bridge {
    fn answer_packet(&self, packet: &[u8], over: Over) -> Option<Vec<u8>> {
        self.with_world(|world| answer(&mut world.dns, world.now, packet, over))
    }
}

/// What carries a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Over {
    Udp,
    Udp6,
    Tcp,
}

/// The OPT record of a query.
struct Opt {
    class: u16,
    ttl: u32,
    data: Vec<u8>,
}

impl Opt {
    fn octets(&self) -> usize {
        11 + self.data.len()
    }
}

/// What a query asks for beside its name.
struct Asked {
    name: Name<Vec<u8>>,
    kind: Rtype,
    class: Class,
    opt: Option<Opt>,
}

/// Answers one message; nothing when it is no query.
pub fn answer(server: &mut Server, now: Time, packet: &[u8], over: Over) -> Option<Vec<u8>> {
    let message = Message::from_octets(packet).ok()?;
    let header = message.header();
    if header.qr() {
        return None;
    }
    if !matches!(header.opcode(), Opcode::QUERY | Opcode::NOTIFY) {
        return Some(refuse(&message, Rcode::NOTIMP));
    }
    let counts = message.header_counts();
    let is_plain = counts.qdcount() == 1
        && counts.ancount() <= 1
        && counts.nscount() <= 1
        && counts.arcount() <= 2;
    let Some(asked) = read(&message).filter(|_| is_plain) else {
        return Some(refuse(&message, Rcode::FORMERR));
    };
    let name = asked.name.fmt_with_dot().to_string();
    let query = Query::new(name, Type::from_number(asked.kind.to_int()));
    if asked.class != Class::IN {
        let refused = Reply::empty(crate::dns::Rcode::Refused, crate::dns::Finding::NotOurs);
        return write(&message, &asked, refused, &query, over);
    }
    if asked
        .opt
        .as_ref()
        .is_some_and(|it| it.ttl >> 16 & 0xff != 0)
    {
        return bad_version(&message, &asked);
    }
    let reply = server.ask(&query, now);
    write(&message, &asked, reply, &query, over)
}

/// Reads all of a query; nothing when it is malformed.
fn read(message: &Message<&[u8]>) -> Option<Asked> {
    let question = message.sole_question().ok()?;
    let mut opt = None;
    let mut sections = message.answer().ok()?;
    loop {
        for record in &mut sections {
            let record = record.ok()?;
            if record.rtype() == Rtype::OPT && opt.is_none() {
                let known = record.to_record::<opt::Opt<&[u8]>>().ok()??;
                opt = Some(Opt {
                    class: record.class().to_int(),
                    ttl: record.ttl().as_secs(),
                    data: echoed(known.data())?,
                });
            }
        }
        match sections.next_section().ok()? {
            Some(next) => sections = next,
            None => break,
        }
    }
    Some(Asked {
        name: question.qname().to_name(),
        kind: question.qtype(),
        class: question.qclass(),
        opt,
    })
}

/// The options that are given back, as they came; nothing when their lengths do not add up.
fn echoed(options: &opt::Opt<&[u8]>) -> Option<Vec<u8>> {
    let mut kept = Vec::new();
    for option in options.iter::<UnknownOptData<&[u8]>>() {
        let option = option.ok()?;
        let code = option.code().to_int();
        if ECHOED.contains(&code) {
            let length = u16::try_from(option.as_slice().len()).ok()?;
            kept.extend_from_slice(&code.to_be_bytes());
            kept.extend_from_slice(&length.to_be_bytes());
            kept.extend_from_slice(option.as_slice());
        }
    }
    Some(kept)
}

/// A header and nothing else.
fn refuse(message: &Message<&[u8]>, rcode: Rcode) -> Vec<u8> {
    let asked = message.header();
    let mut builder = MessageBuilder::new_vec();
    let header = builder.header_mut();
    header.set_id(asked.id());
    header.set_qr(true);
    header.set_rd(asked.rd());
    header.set_cd(asked.cd());
    header.set_rcode(rcode);
    if rcode == Rcode::NOTIMP {
        header.set_opcode(asked.opcode());
    }
    builder.finish()
}

/// BADVERS, whose upper bits stand in the OPT record.
fn bad_version(message: &Message<&[u8]>, asked: &Asked) -> Option<Vec<u8>> {
    let mut builder = MessageBuilder::new_vec();
    let header = builder.header_mut();
    header.set_id(message.header().id());
    header.set_qr(true);
    header.set_rd(message.header().rd());
    let mut builder = builder.question();
    builder.push((&asked.name, asked.kind, asked.class)).ok()?;
    let mut builder = builder.additional();
    let opt = Opt {
        class: 0,
        ttl: 1 << 24,
        data: Vec::new(),
    };
    push_opt(&mut builder, &opt)?;
    Some(builder.finish())
}

fn push_opt<T: Composer>(
    builder: &mut domain::base::message_builder::AdditionalBuilder<T>,
    opt: &Opt,
) -> Option<()> {
    let data = UnknownRecordData::from_octets(Rtype::OPT, &opt.data[..]).ok()?;
    let (class, ttl) = (Class::from_int(opt.class), Ttl::from_secs(opt.ttl));
    let record = domain::base::Record::new(Name::root_ref(), class, ttl, data);
    builder.push(record).ok()
}

/// A reply in octets, cut to what the client takes.
fn write(
    message: &Message<&[u8]>,
    asked: &Asked,
    mut reply: Reply,
    query: &Query,
    over: Over,
) -> Option<Vec<u8>> {
    let opt = asked.opt.as_ref();
    let limit = match (over, opt) {
        (Over::Tcp, _) => size::TCP,
        (Over::Udp | Over::Udp6, Some(opt)) => usize::from(opt.class).max(size::PLAIN),
        (Over::Udp | Over::Udp6, None) => size::PLAIN,
    };
    let mut is_compressed = size::fit(query, &mut reply, limit, opt.map_or(0, Opt::octets));
    is_compressed |= match over {
        Over::Tcp => false,
        Over::Udp => reply.octets > UNCOMPRESSED_MAX[0],
        Over::Udp6 => reply.octets > UNCOMPRESSED_MAX[1],
    };
    loop {
        let octets = if is_compressed {
            compose(TreeCompressor::new(Vec::new()), message, asked, &reply)?.into_target()
        } else {
            compose(Vec::new(), message, asked, &reply)?
        };
        let sections = [
            &mut reply.additional,
            &mut reply.authority,
            &mut reply.answer,
        ];
        if octets.len() <= limit {
            return Some(octets);
        }
        // CoreDNS points at the targets of SRV records, and this encoder does not.
        reply.truncated = true;
        let mut sections = sections.into_iter();
        sections.find_map(Vec::pop)?;
    }
}

fn compose<T: Composer>(
    target: T,
    message: &Message<&[u8]>,
    asked: &Asked,
    reply: &Reply,
) -> Option<T> {
    let mut builder = MessageBuilder::from_target(target).ok()?;
    let header = builder.header_mut();
    header.set_id(message.header().id());
    header.set_opcode(message.header().opcode());
    header.set_qr(true);
    header.set_aa(reply.authoritative);
    header.set_tc(reply.truncated);
    header.set_rd(message.header().rd());
    header.set_cd(message.header().cd());
    header.set_ra(reply.recursion_available);
    header.set_rcode(Rcode::masked_from_int(reply.rcode.number()));
    let mut builder = builder.question();
    builder.push((&asked.name, asked.kind, asked.class)).ok()?;
    let mut builder = builder.answer();
    for record in &reply.answer {
        builder.push(wire(record)?).ok()?;
    }
    let mut builder = builder.authority();
    for record in &reply.authority {
        builder.push(wire(record)?).ok()?;
    }
    let mut builder = builder.additional();
    for record in &reply.additional {
        builder.push(wire(record)?).ok()?;
    }
    if let Some(opt) = &asked.opt {
        let opt = Opt {
            class: opt.class,
            ttl: opt.ttl & FLAGS,
            data: opt.data.clone(),
        };
        push_opt(&mut builder, &opt)?;
    }
    Some(builder.finish())
}

type WireName = Name<Vec<u8>>;
type WireRecord = domain::base::Record<WireName, ZoneRecordData<Vec<u8>, WireName>>;

/// A record in the encoder's terms; nothing when a name in it is too long to be one.
fn wire(record: &Record) -> Option<WireRecord> {
    let name = |text: &str| text.parse::<WireName>().ok();
    let data = match &record.data {
        Data::A(it) => A::new(*it).into(),
        Data::Aaaa(it) => Aaaa::new(*it).into(),
        Data::Ns(it) => Ns::new(name(it)?).into(),
        Data::Cname(it) => Cname::new(name(it)?).into(),
        Data::Ptr(it) => Ptr::new(name(it)?).into(),
        Data::Txt(it) => Txt::build_from_slice(it.as_bytes()).ok()?.into(),
        Data::Srv {
            priority,
            weight,
            port,
            target,
        } => Srv::new(*priority, *weight, *port, name(target)?).into(),
        Data::Soa(it) => Soa::new(
            name(&it.mname)?,
            name(&it.rname)?,
            Serial(it.serial),
            Ttl::from_secs(it.refresh),
            Ttl::from_secs(it.retry),
            Ttl::from_secs(it.expire),
            Ttl::from_secs(it.minimum),
        )
        .into(),
    };
    let ttl = Ttl::from_secs(record.ttl);
    Some(domain::base::Record::new(
        name(&record.name)?,
        Class::IN,
        ttl,
        data,
    ))
}
