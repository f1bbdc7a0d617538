package egress

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// refusedHosts are spellings that must never be dialled. None of them needs a name server.
const refusedHosts = `
127.0.0.1 127.1.2.3 127.255.255.255 127.0.0.1. 127.1 127.0.1 0 0.0.0.0 0.1.2.3 0.255.255.255
2130706433 017700000001 0x7f000001 0x7f.0.0.1 0x7f.1 0x7F.0x0.0x0.0x1 0177.0.0.1 0177.1 127.0.0.01 00000177.0.0.1
127.0.0.0x1 1.2.3.0x4 3232235521 0xc0a80001 0300.0250.0.1 192.168.257 10.1 10.0x1 169.254.43518 2852039166
0xA9FEA9FE 0251.0376.0251.0376 4294967295 256.256.256.256 127.0.0.256 1.2.3.4.5 1..2.3 .127.0.0.1 0x 0x.1
10.0.0.0 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255
100.64.0.1 100.100.100.200 100.127.255.255 169.254.0.1 169.254.169.254 169.254.170.2 169.254.255.255
168.63.129.16 192.0.0.1 192.0.0.192 192.0.0.170 192.0.2.1 192.0.2.255 198.51.100.7 203.0.113.200
198.18.0.1 198.19.255.255 192.88.99.1 192.31.196.1 192.52.193.1 192.175.48.1
224.0.0.1 239.255.255.255 233.252.0.1 240.0.0.1 254.1.1.1 255.255.255.255
[::] [::1] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::0001] [0::1]
[::ffff:127.0.0.1] [::ffff:7f00:1] [::FFFF:7F00:0001] [0:0:0:0:0:ffff:127.0.0.1] [::ffff:10.0.0.1] [::ffff:169.254.169.254]
[::ffff:a9fe:a9fe] [::ffff:192.168.0.1] [::ffff:0.0.0.0] [::ffff:0:127.0.0.1] [::127.0.0.1] [::7f00:1] [::8.8.8.8] [::2]
[64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::10.0.0.1] [64:ff9b::8.8.8.8] [64:ff9b:1::1]
[2002:7f00:1::] [2002:7f00:0001::1] [2002:a9fe:a9fe::1] [2002:808:808::1]
[2001::1] [2001:0:7f00:1::] [2001:2::1] [2001:10::1] [2001:20::1] [2001:db8::1] [2001:0db8:85a3::8a2e:370:7334]
[3fff::1] [3ffe::1] [2620:4f:8000::1] [5f00::1] [100::1] [4000::1] [8000::1] [e000::1]
[fe80::1] [fe80::1%25eth0] [fe80::1%25lo] [::1%25lo] [2606:4700::1111%25eth0] [febf::1] [fec0::1]
[fc00::1] [fd00::1] [fd00:ec2::254] [fdff:ffff::1] [ff02::1] [ff05::2] [ff0e::1]
①②⑦.⓪.⓪.① １２７.0.0.1 127。0。0。1 ｌｏｃａｌｈｏｓｔ lo%63alhost%00 a,b a..b - [127.0.0.1] [::1 ::1 [::g]
`

func TestRefusedSpellings(t *testing.T) {
	c, err := New(Config{})
	require.NoError(t, err)
	hosts := strings.Fields(strings.ReplaceAll(refusedHosts, " - ", " "))
	require.GreaterOrEqual(t, len(hosts), 120)
	for _, host := range hosts {
		for _, form := range []string{"http://%/", "https://%:8443/x?y", "HTTP://user:pw@%/"} {
			raw := strings.Replace(form, "%", host, 1)
			_, err := c.Do(context.Background(), Request{URL: raw})
			require.ErrorIs(t, err, ErrRefused, raw)
			var e *Error
			require.ErrorAs(t, err, &e)
			require.False(t, e.Written, raw)
			require.NotContains(t, err.Error(), "user")
			require.NotContains(t, err.Error(), "pw@")
		}
	}
}

func TestRefusedURLs(t *testing.T) {
	c, err := New(Config{Allow: []string{"127.0.0.0/8"}})
	require.NoError(t, err)
	for _, raw := range []string{
		"", "/", "//127.0.0.1/", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:70/_x", "unix:///run/x.sock",
		"http:///path", "http://:80/", "http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:-1/", "http://127.0.0.1:http/",
		"http://127.0.0.1\r\nHost: x/", "http://127.0.0.1 /", "http://\x00/", "javascript:alert(1)", "data:text/plain,x", "http:127.0.0.1", "ht\ttp://x",
	} {
		_, err := c.Do(context.Background(), Request{URL: raw})
		require.ErrorIs(t, err, ErrRefused, raw)
	}
}

func TestCheck(t *testing.T) {
	public := []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
		"198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "::ffff:8.8.8.8",
	}
	for _, s := range public {
		require.NoError(t, guard{}.check(netip.MustParseAddr(s)), s)
	}

	tests := []struct {
		name  string
		allow []string
		addr  string
		ok    bool
	}{
		{"inside", []string{"10.1.0.0/16"}, "10.1.2.3", true},
		{"outside", []string{"10.1.0.0/16"}, "10.2.2.3", false},
		{"unmasked range", []string{"10.1.2.3/16"}, "10.1.200.1", true},
		{"mapped range", []string{"::ffff:10.0.0.0/104"}, "10.9.9.9", true},
		{"mapped address", []string{"127.0.0.1/32"}, "::ffff:127.0.0.1", true},
		{"a zone is never allowed", []string{"fe80::/10"}, "fe80::1%eth0", false},
		{"link-local without a zone", []string{"fe80::/10"}, "fe80::1", true},
		{"an IPv4 range does not cover IPv6", []string{"0.0.0.0/0"}, "::1", false},
		{"all of IPv4", []string{"0.0.0.0/0"}, "169.254.169.254", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{Allow: tt.allow}
			require.NoError(t, cfg.Validate())
			err := cfg.guard().check(netip.MustParseAddr(tt.addr))
			if tt.ok {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrRefused)
			}
		})
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	_, err := New(Config{Allow: []string{"10.0.0.1", "x"}, Timeout: -1})
	require.ErrorContains(t, err, `"10.0.0.1"`)
	require.ErrorContains(t, err, `"x"`)
	require.ErrorContains(t, err, "timeout")
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"http://example.com/", "https://u:p@[::1]:80/x?y#z", "http://0x7f.1", "http://a%2fb/", "//x", "http://[fe80::1%25a]/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		to, err := guard{}.parse(raw)
		if err != nil {
			require.True(t, errors.Is(err, ErrRefused))
			return
		}
		require.Nil(t, to.url.User)
		if addr, err := netip.ParseAddr(to.url.Hostname()); err == nil {
			require.Empty(t, inner(addr.Unmap()))
		} else {
			require.True(t, plainName(to.url.Hostname()))
		}
	})
}
