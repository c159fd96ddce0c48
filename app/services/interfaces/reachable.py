"""Which addresses may be called: those in the open, and nothing behind them. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # lead to an IPv4 address at their end
COMPATIBLE = IPv6Network("::/96")


def may_be_called(address: Address, *, this_machine: bool = False) -> bool:
    """Whether an address is in the open. `this_machine`: loopback too, for tests."""
    inner = _inside(address)
    if inner is not None:
        return may_be_called(inner, this_machine=this_machine)
    if this_machine and address.is_loopback:
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address) or address.is_loopback or address.is_unspecified:
        return None
    if address.teredo:
        return address.teredo[1]
    if address in COMPATIBLE or any(address in network for network in NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
