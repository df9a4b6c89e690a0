package fetch

import (
	"net/netip"
	"slices"
	"strings"
)

// specialPurpose are the ranges, in addition to those that net/netip knows, that
// have no public servers or that embed another address (IANA's registries of
// special-purpose addresses).
var specialPurpose = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),      // this network
	netip.MustParsePrefix("100.64.0.0/10"),  // shared by the customers of a carrier
	netip.MustParsePrefix("192.0.0.0/24"),   // protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"),  // benchmarks
	netip.MustParsePrefix("240.0.0.0/4"),    // reserved
	netip.MustParsePrefix("::/96"),          // IPv4 in IPv6, obsolete
	netip.MustParsePrefix("64:ff9b:1::/48"), // IPv4 behind a local translator
	netip.MustParsePrefix("100::/64"),       // discarded
	netip.MustParsePrefix("2001::/32"),      // Teredo: IPv4 inside
	netip.MustParsePrefix("2002::/16"),      // 6to4: IPv4 inside
	netip.MustParsePrefix("fec0::/10"),      // site local, obsolete
}

// nat64 is the prefix under which an IPv6 network maps all IPv4 addresses (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// Public reports whether a public server can have an address. An address that
// embeds another one is as public as that.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if nat64.Contains(ip) {
		all := ip.As16()
		ip = netip.AddrFrom4([4]byte(all[12:]))
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.Zone() != "" {
		return false
	}
	for _, prefix := range specialPurpose {
		if prefix.Contains(ip) {
			return false
		}
	}
	return true
}

// IsReserved reports whether a host has a name that no public host has (RFC 6761).
func IsReserved(host string) bool {
	return slices.Contains([]string{"example", "invalid", "localhost", "test"}, host[strings.LastIndexByte(host, '.')+1:])
}
