package catalog

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestPubliccodeIntendedCountriesAreNotDeployments(t *testing.T) {
	data, err := os.ReadFile("testdata/publiccode/river/publiccode.yml")
	if err != nil {
		t.Fatal(err)
	}
	g, _, err := ReadPubliccode(data, "publiccode.yml")
	if err != nil {
		t.Fatal(err)
	}
	if g.DeploymentCountries != nil {
		t.Errorf("countries %v: the file says for whom it is meant, not where it runs", g.DeploymentCountries)
	}
	if g.Maintenance == nil || *g.Maintenance != (Maintenance{Type: "contract", ContractUntil: "2026-06-30"}) {
		t.Errorf("maintenance %+v, want the latest end of a contract", g.Maintenance)
	}
}

func TestPubliccodeIsReadThoughItDoesNotFollowTheStandard(t *testing.T) {
	const file = "publiccodeYmlVersion: \"0.4\"\nname: X\nurl: https://example.org/x/y\nreleaseDate: [no]\nlegal: 7\nmaintenance:\n  type: none\nunknownKey: 1\n"
	g, notes, err := ReadPubliccode([]byte(file), "p.yml")
	if err != nil {
		t.Fatal(err)
	}
	if g.Name != "X" || len(g.Repositories) != 1 || g.Maintenance == nil || g.Maintenance.Type != "none" {
		t.Errorf("read as %+v", g)
	}
	var remarks int
	for _, n := range notes {
		if strings.HasPrefix(n.Message, "publiccode.yml 0.4, line ") {
			remarks++
		}
	}
	if remarks == 0 {
		t.Errorf("no note says where it does not follow the standard: %v", notes)
	}
	again, notesAgain, _ := ReadPubliccode([]byte(file), "p.yml")
	if len(notes) != len(notesAgain) || again.Name != g.Name {
		t.Error("the same bytes gave other notes")
	}
}

func TestPubliccodeRefusesBombs(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\nname: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
	loop := "a: &a\n  b: *a\n"
	for name, file := range map[string]string{"bomb": bomb, "loop": loop, "large": "name: " + strings.Repeat("x", maxPubliccode)} {
		if _, _, err := ReadPubliccode([]byte(file), "p.yml"); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestPubliccodeKeepsScalarsAsWritten(t *testing.T) {
	g, _, err := ReadPubliccode([]byte("name: 1.10\nusedBy: [NO, 2024-01-02, true]\nfundedBy: null\n"), "p.yml")
	if err != nil {
		t.Fatal(err)
	}
	if g.Name != "1.10" || strings.Join(g.UsedBy, " ") != "NO 2024-01-02 true" || g.FundedBy != nil {
		t.Errorf("name %q, usedBy %q, fundedBy %#v", g.Name, g.UsedBy, g.FundedBy)
	}
}

// noNetwork fails every request and remembers that there was one.
type noNetwork struct{ asked []string }

func (n *noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked = append(n.asked, r.URL.String())
	return nil, errors.New("no network in this test")
}

func TestPubliccodeAsksNoNetwork(t *testing.T) {
	network := &noNetwork{}
	before := http.DefaultTransport
	http.DefaultTransport = network
	t.Cleanup(func() { http.DefaultTransport = before })
	const file = `publiccodeYmlVersion: "0"
name: X
url: https://code.example.org/x/y
landingURL: https://x.example.org
roadmap: https://x.example.org/roadmap
logo: https://x.example.org/logo.png
monochromeLogo: img/logo.svg
legal: {license: MIT, authorsFile: AUTHORS}
description:
  en: {screenshots: [https://x.example.org/a.png], videos: [https://video.example.org/1], documentation: https://docs.example.org}
`
	if _, notes, err := ReadPubliccode([]byte(file), "p.yml"); err != nil || len(notes) == 0 {
		t.Errorf("notes %v, error %v", notes, err)
	}
	if len(network.asked) > 0 {
		t.Errorf("asked the network for %v", network.asked)
	}
}

func FuzzReadPubliccode(f *testing.F) {
	for _, file := range []string{"testdata/publiccode/river/publiccode.yml", "testdata/publiccode/other/tide.yml", "testdata/publiccode/other/publiccode.yml"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, _, err := ReadPubliccode(data, "p.yml")
		if err == nil && len(g.Description) > maxText {
			t.Fatal("an unbounded text")
		}
	})
}
