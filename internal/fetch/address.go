package fetch

import "net/netip"

// special are the ranges beside those that net/netip knows in which no public
// server stands, or behind which another address hides (IANA's registries of
// special-purpose addresses).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // this network
	netip.MustParsePrefix("100.64.0.0/10"),  // shared by the customers of a carrier
	netip.MustParsePrefix("192.0.0.0/24"),   // protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"),  // benchmarks
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved
	netip.MustParsePrefix("::/96"),          // IPv4 in IPv6, obsolete
	netip.MustParsePrefix("64:ff9b:1::/48"), // IPv4 behind a translator of one's own
	netip.MustParsePrefix("100::/64"),       // discarded
	netip.MustParsePrefix("2001::/32"),      // Teredo: IPv4 inside
	netip.MustParsePrefix("2002::/16"),      // 6to4: IPv4 inside
	netip.MustParsePrefix("fec0::/10"),      // site local, obsolete
}

// translated is where a network without IPv4 puts the addresses of all of it (RFC 6052).
var translated = netip.MustParsePrefix("64:ff9b::/96")

// Public reports whether a public server can stand at an address. One that holds
// another address is as public as that.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if translated.Contains(ip) {
		all := ip.As16()
		ip = netip.AddrFrom4([4]byte(all[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" {
		return false
	}
	for _, prefix := range special {
		if prefix.Contains(ip) {
			return false
		}
	}
	return true
}
