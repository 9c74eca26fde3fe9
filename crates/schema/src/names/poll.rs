//! Names of waiting on many descriptors.

use super::names;

names! {
    /// Events of poll(2).
    POLL = "events" from general [
        POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDNORM, POLLRDBAND, POLLWRNORM,
        POLLWRBAND, POLLMSG, POLLREMOVE, POLLRDHUP,
    ];

    /// Events of epoll_ctl(2).
    EPOLL = "events" from general [
        EPOLLIN, EPOLLPRI, EPOLLOUT, EPOLLRDNORM, EPOLLRDBAND, EPOLLWRNORM, EPOLLWRBAND, EPOLLMSG,
        EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLONESHOT, EPOLLET,
    ] and [
        0x8000000 => "EPOLL_URING_WAKE",
    ];

    /// What epoll_ctl(2) is to do.
    EPOLL_OPERATION = "op" from general [
        EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL,
    ];

    /// Flags of epoll_create1(2).
    EPOLL_FLAGS = "flags" from general [
        EPOLL_CLOEXEC,
    ];
}
