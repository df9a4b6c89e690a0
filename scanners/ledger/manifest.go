package ledger

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

const (
	// maxManifest bounds a manifest, in bytes. Manifests are written by hand.
	maxManifest = 1 << 20
	// maxEntries bounds how many years, plans and projects of a manifest are read.
	maxEntries = 100
	// maxAddress bounds an address, in bytes.
	maxAddress = 1024
	// pointers is where a site says which manifests are its own.
	pointers = "/.well-known/funding-manifest-urls"
)

// manifests reads funding manifests, each once in a run.
type manifests struct {
	in      scanners.Asking
	options Options
	hosts   map[string]*service.Service
	texts   map[string]text
	slow    map[string]error // hosts that took too long once, which are not asked again
}

type text struct {
	data []byte
	err  error
}

func (r *manifests) calls() int {
	calls := 0
	for _, host := range r.hosts {
		calls += host.Calls()
	}
	return calls
}

// get reads the text at an address, once.
func (r *manifests) get(ctx context.Context, u *url.URL) ([]byte, error) {
	u = rawAddress(u)
	if known, is := r.texts[u.String()]; is {
		return known.data, known.err
	}
	if err := r.slow[u.Host]; err != nil {
		return nil, err
	}
	data, err := r.host(u).Text(ctx, u.String())
	if ctx.Err() != nil {
		return nil, err // the next repository may ask
	}
	if service.IsTooSlow(err) {
		r.slow[u.Host] = err
	}
	if err == nil && len(data) > maxManifest {
		data, err = nil, fmt.Errorf("it is larger than %d KB", maxManifest>>10)
	}
	r.texts[u.String()] = text{data, err}
	return data, err
}

func (r *manifests) host(u *url.URL) *service.Service {
	if r.hosts[u.Host] == nil {
		r.hosts[u.Host] = &service.Service{HTTP: r.in.Client, Name: u.Hostname(), Now: r.in.Now, MaxWait: r.options.MaxWait, MaxTime: r.options.MaxTime}
	}
	return r.hosts[u.Host]
}

// parse reads an address that may be asked.
func (r *manifests) parse(address string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || len(address) > maxAddress || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !r.options.Insecure) {
		return nil, false
	}
	u.Fragment = ""
	return u, true
}

// read reads the manifest to which the files of a repository point.
func (r *manifests) read(ctx context.Context, repository catalog.Repository, address string, asked time.Time) manifest {
	m := manifest{Key: keyOf(address), Asked: asked}
	u, valid := r.parse(address)
	if !valid {
		m.Failure = &observation.Note{Cause: observation.CauseBadURL, Message: "the address of the funding manifest is none that can be asked: https is"}
		return m
	}
	data, err := r.get(ctx, u)
	if err != nil {
		failure := r.host(rawAddress(u)).Failure(err)
		m.Failure = &failure
		return m
	}
	var document manifestDocument
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &document); err != nil || document.Funding == nil {
		m.Failure = &observation.Note{Cause: observation.CauseBroken, Message: u.Hostname() + ": what stands at the address is no manifest of fundingjson.org"}
		return m
	}
	if m.Why = r.whyNotOwn(ctx, document, repository, u); m.Why == "" {
		m.Own = true
		m.History, m.Unsaid = document.Funding.history()
		m.Plans = document.Funding.plans()
	}
	return m
}

// keyOf stands for an address.
func keyOf(address string) string {
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:8])
}

// manifestDocument is funding.json in its version 1.1.0 (https://fundingjson.org). Names,
// mail addresses and telephone numbers that it holds are not read.
type manifestDocument struct {
	Entity struct {
		Page pageAddress `json:"webpageUrl"`
	} `json:"entity"`
	Projects []json.RawMessage `json:"projects"`
	Funding  *fundingDocument  `json:"funding"`
}

type pageAddress struct {
	URL       string `json:"url"`
	WellKnown string `json:"wellKnown"`
}

type fundingDocument struct {
	Plans   []json.RawMessage `json:"plans"`
	History []json.RawMessage `json:"history"`
}

// whyNotOwn says why a manifest does not speak for a repository, empty where it does. The
// repository points to the manifest; the manifest must name the repository as a project;
// and it must stand at the site of its makers, or that site must point to it
// (https://fundingjson.org, provenance).
func (r *manifests) whyNotOwn(ctx context.Context, document manifestDocument, repository catalog.Repository, at *url.URL) string {
	if !document.names(repository) {
		return "the manifest does not name the repository among its projects"
	}
	page, valid := r.parse(document.Entity.Page.URL)
	if !valid {
		return "the manifest does not name the site of its makers"
	}
	if below(page, at) {
		return ""
	}
	wellKnown, valid := r.parse(document.Entity.Page.WellKnown)
	if !valid || !strings.EqualFold(wellKnown.Host, page.Host) || !strings.HasSuffix(path.Clean(wellKnown.Path), pointers) ||
		path.Clean(wellKnown.Path) != pointers && !strings.HasPrefix(wellKnown.Path, folderOf(page.Path)) {
		return "the manifest stands at another host than the site of its makers, which does not say that it is theirs"
	}
	list, err := r.get(ctx, wellKnown)
	if err != nil {
		return "the site of its makers could not be asked whether the manifest is theirs"
	}
	for line := range strings.Lines(string(list)) {
		if other, valid := r.parse(line); valid && other.String() == at.String() {
			return ""
		}
	}
	return "the site of its makers does not list the manifest"
}

// below reports whether one of two addresses is the other's host and lies below its folder,
// so that who made the one could make the other.
func below(page, manifest *url.URL) bool {
	if !strings.EqualFold(page.Host, manifest.Host) {
		return false
	}
	at, of := folderOf(path.Dir(manifest.Path)), folderOf(page.Path)
	return strings.HasPrefix(of, at) || strings.HasPrefix(at, of) && of != "/"
}

// folderOf is a path that ends in a slash.
func folderOf(p string) string { return strings.TrimSuffix(path.Clean("/"+p), "/") + "/" }

// names reports whether a repository, or the page of its owner, is among the projects.
func (d manifestDocument) names(repository catalog.Repository) bool {
	owner := catalog.Repository{Host: repository.Host, Path: repository.Owner}
	for _, raw := range d.Projects[:min(len(d.Projects), maxEntries)] {
		var project struct {
			Repository pageAddress `json:"repositoryUrl"`
		}
		if json.Unmarshal(raw, &project) != nil || len(project.Repository.URL) > maxAddress {
			continue
		}
		if scanners.IsAddressOf(project.Repository.URL, repository) {
			return true
		}
		if u, err := url.Parse(project.Repository.URL); err == nil && u.Hostname() != "" &&
			(catalog.Repository{Host: strings.ToLower(u.Host), Path: strings.Trim(u.Path, "/")}).Key() == owner.Key() {
			return true
		}
	}
	return false
}

// history is what came in, by year; unsaid is how many entries do not tell.
func (f fundingDocument) history() (years []income, unsaid int) {
	for _, raw := range f.History[:min(len(f.History), maxEntries)] {
		var entry struct {
			Year     json.Number `json:"year"`
			Income   json.Number `json:"income"`
			Currency string      `json:"currency"`
		}
		if json.Unmarshal(raw, &entry) != nil {
			unsaid++
			continue
		}
		year, err := entry.Year.Int64()
		sum, ok := sumOf(entry.Income, entry.Currency)
		if err != nil || year < 1970 || year > 9999 || !ok {
			unsaid++
			continue
		}
		years = append(years, income{int(year), sum})
	}
	slices.SortStableFunc(years, func(a, b income) int { return a.Year - b.Year })
	return years, unsaid
}

// frequencies are those of the standard.
var frequencies = []string{"one-time", "weekly", "fortnightly", "monthly", "yearly", "other"}

// plans is the money that is sought now.
func (f fundingDocument) plans() (active []plan) {
	for _, raw := range f.Plans[:min(len(f.Plans), maxEntries)] {
		var entry struct {
			Status    string      `json:"status"`
			Amount    json.Number `json:"amount"`
			Currency  string      `json:"currency"`
			Frequency string      `json:"frequency"`
		}
		if json.Unmarshal(raw, &entry) != nil || !strings.EqualFold(strings.TrimSpace(entry.Status), "active") {
			continue
		}
		sum, ok := sumOf(entry.Amount, entry.Currency)
		if !ok {
			continue
		}
		if !slices.Contains(frequencies, entry.Frequency) {
			entry.Frequency = ""
		}
		active = append(active, plan{sum, entry.Frequency})
	}
	return active
}

// sumOf reads a sum of money that is not below zero.
func sumOf(number json.Number, of string) (amount, bool) {
	value, err := number.Float64()
	if err != nil || value < 0 || math.IsInf(value, 0) {
		return amount{}, false
	}
	if !currency().MatchString(of) {
		of = ""
	}
	return amount{value, of}, true
}

// rawAddress is where a file stands as it is, of an address at which a forge shows it as a
// page.
func rawAddress(u *url.URL) *url.URL {
	raw := *u
	parts := strings.SplitN(strings.Trim(u.Path, "/"), "/", 4)
	switch {
	case u.Host == "github.com" && len(parts) == 4 && parts[2] == "blob":
		raw.Host, raw.Path, raw.RawPath = "raw.githubusercontent.com", "/"+parts[0]+"/"+parts[1]+"/"+parts[3], ""
	case strings.Contains(u.Path, "/-/blob/"):
		raw.Path, raw.RawPath = strings.Replace(u.Path, "/-/blob/", "/-/raw/", 1), ""
	case len(parts) == 4 && parts[2] == "src" && strings.HasPrefix(parts[3], "branch/"):
		raw.Path, raw.RawPath = "/"+parts[0]+"/"+parts[1]+"/raw/"+parts[3], ""
	}
	return &raw
}
