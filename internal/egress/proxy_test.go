package egress

import (
	"net/netip"
	"testing"
)

func TestNoSpecialAddressIsTakenForAPublicOne(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "64:ff9b::808:808": true, "192.0.2.1": true,
		"127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.0.1": false, "169.254.169.254": false, "0.0.0.0": false, "0.1.2.3": false,
		"100.64.0.1": false, "192.0.0.8": false, "198.18.0.1": false, "240.0.0.1": false, "255.255.255.255": false, "224.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:7f00:1::": false, "fec0::1": false, "ff02::1": false,
	} {
		p := New(Options{})
		if got := p.check(netip.MustParseAddr(address)) == nil; got != want {
			t.Errorf("%s is public: %v, want %v", address, got, want)
		}
	}
}
