package advisory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

// Where advisories come from unless a user names another place.
const (
	// DefaultBaseURL is OSV's export.
	DefaultBaseURL = "https://osv-vulnerabilities.storage.googleapis.com"
	// DefaultKEVURL is CISA's catalog of known exploited vulnerabilities.
	DefaultKEVURL = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
)

// DefaultEcosystems are those of which manifests are read, by OSV's names.
func DefaultEcosystems() []string {
	return []string{"npm", "PyPI", "Maven", "Go", "RubyGems", "Packagist", "crates.io", "Hex", "NuGet", "Pub", "Hackage", "CRAN"}
}

// maxArchive bounds what is fetched as one file, in bytes.
const maxArchive = 8 << 30

// Update brings <base>/<Ecosystem>/all.zip into dir, in the layout that Build
// reads, and kev.json beside them. base is an http or https URL, or a folder.
// What the server says is unchanged is not sent again. A file is put in place
// only when it is whole; what fails leaves the file of an earlier update, and
// a trace from which Build makes a note.
//
// The client decides how often a request is tried. nil ecosystems are
// DefaultEcosystems.
//
// The error is for an ended ctx, and for an update after which dir holds no
// advisories at all.
func Update(ctx context.Context, base, dir string, ecosystems []string, client *http.Client) error {
	kev := ""
	if strings.TrimSuffix(base, "/") == DefaultBaseURL {
		kev = DefaultKEVURL // OSV's export holds none
	}
	return UpdateFrom(ctx, base, kev, dir, ecosystems, client)
}

// UpdateFrom is Update with a place for the KEV catalog (a URL or a file) that
// is asked where base itself holds no kev.json.
func UpdateFrom(ctx context.Context, base, kev, dir string, ecosystems []string, client *http.Client) error {
	if len(ecosystems) == 0 {
		ecosystems = DefaultEcosystems()
	}
	f := fetcher{client: client}
	var failed []error
	for _, ecosystem := range ecosystems {
		if !filepath.IsLocal(ecosystem) || strings.ContainsAny(ecosystem, `/\`) {
			failed = append(failed, fmt.Errorf("%q is not the name of an ecosystem", ecosystem))
			continue
		}
		err := f.fetch(ctx, join(base, ecosystem, archiveName), filepath.Join(dir, ecosystem, archiveName), checkArchive)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", ecosystem, err))
		}
	}
	if err := f.fetchKEV(ctx, base, kev, filepath.Join(dir, kevFile)); err != nil {
		failed = append(failed, fmt.Errorf("known exploited vulnerabilities: %w", err))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if found, err := parts(dir); err != nil || len(found) == 0 {
		return fmt.Errorf("fetch advisories from %s: nothing could be fetched; check the address and the connection: %w", fetch.RedactURL(base), errors.Join(failed...))
	}
	return nil
}

func isURL(place string) bool {
	return strings.HasPrefix(place, "https://") || strings.HasPrefix(place, "http://")
}

// join names a file below a URL or a folder.
func join(base string, elements ...string) string {
	if !isURL(base) {
		return filepath.Join(append([]string{base}, elements...)...)
	}
	joined, err := url.JoinPath(base, elements...)
	if err != nil {
		return base
	}
	return joined
}

// fetcher brings single files.
type fetcher struct{ client *http.Client }

func (f fetcher) fetchKEV(ctx context.Context, base, kev, target string) error {
	err := f.fetch(ctx, join(base, kevFile), target, checkKEV)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if kev == "" {
		return nil // whether something is exploited stays unknown
	}
	return f.fetch(ctx, kev, target, checkKEV)
}

// trace stands beside a fetched file: what the server called it, and why the
// last try failed.
type trace struct {
	ETag     string            `json:"etag,omitempty"`
	Modified string            `json:"lastModified,omitempty"`
	Failure  observation.Cause `json:"cause,omitempty"`
	Message  string            `json:"message,omitempty"`
}

const traceSuffix = ".fetched"

func readTrace(target string) trace {
	var t trace
	if data, err := os.ReadFile(target + traceSuffix); err == nil && json.Unmarshal(data, &t) != nil {
		return trace{}
	}
	return t
}

// fetchNotes tells of the files of a folder that the last update could not
// bring up to date.
func fetchNotes(folder string) ([]observation.Note, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", archiveName+traceSuffix))
	if err != nil {
		return nil, err
	}
	var notes []observation.Note
	for _, file := range append(files, filepath.Join(folder, kevFile+traceSuffix)) {
		target := strings.TrimSuffix(file, traceSuffix)
		t := readTrace(target)
		if t.Message == "" {
			continue
		}
		have := "an older copy stands in"
		if _, err := os.Stat(target); err != nil {
			have = "there is no older copy"
		}
		name, _ := filepath.Rel(folder, target)
		notes = append(notes, observation.Note{Cause: t.Failure, Subject: filepath.ToSlash(name),
			Message: fmt.Sprintf("the last update failed, %s: %s; run `midspan advisories update` again", have, t.Message)})
	}
	return notes, nil
}

func (t trace) write(target string) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return replace(target+traceSuffix, strings.NewReader(string(data)), nil)
}

func (f fetcher) fetch(ctx context.Context, source, target string, check func(string) error) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	before := readTrace(target)
	if _, err := os.Stat(target); err != nil {
		before = trace{}
	}
	after, err := before, error(nil)
	if isURL(source) {
		after, err = f.download(ctx, source, target, before, check)
	} else {
		err = copyFile(source, target, check)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		after = before
		after.Failure, after.Message = failureCause(err), fmt.Sprintf("fetch %s: %v", fetch.RedactURL(source), err)
	} else {
		after.Failure, after.Message = "", ""
	}
	if errors.Is(err, os.ErrNotExist) {
		after = trace{} // the source does not offer it: that is no failure of ours
		os.Remove(target + traceSuffix)
		os.Remove(filepath.Dir(target)) // where it is an empty folder
		return err
	}
	return errors.Join(err, after.write(target))
}

func failureCause(err error) observation.Cause {
	if errors.Is(err, errTooLarge) {
		return observation.CauseOverLimit
	}
	if errors.Is(err, errDamaged) {
		return observation.CauseBroken
	}
	return observation.CauseUnreachable
}

func (f fetcher) download(ctx context.Context, source, target string, before trace, check func(string) error) (trace, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return before, err
	}
	if before.ETag != "" {
		request.Header.Set("If-None-Match", before.ETag)
	}
	if before.Modified != "" {
		request.Header.Set("If-Modified-Since", before.Modified)
	}
	response, err := f.client.Do(request)
	if err != nil {
		return before, fetch.UnwrapURLError(err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotModified:
		return before, nil
	case http.StatusOK:
	case http.StatusNotFound:
		return before, fmt.Errorf("the server answered %s: %w", response.Status, os.ErrNotExist)
	default:
		return before, fmt.Errorf("the server answered %s", response.Status)
	}
	if err := replace(target, response.Body, check); err != nil {
		return before, err
	}
	return trace{ETag: response.Header.Get("ETag"), Modified: response.Header.Get("Last-Modified")}, nil
}

func copyFile(source, target string, check func(string) error) error {
	file, err := os.Open(source)
	if err != nil {
		return err
	}
	defer file.Close()
	return replace(target, file, check)
}

// replace writes a file beside target, checks it, and puts it in its place.
func replace(target string, contents io.Reader, check func(string) error) error {
	draft, err := os.CreateTemp(filepath.Dir(target), ".fetching-")
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	n, err := io.Copy(draft, io.LimitReader(contents, maxArchive+1))
	if err := errors.Join(err, draft.Close()); err != nil {
		return err
	}
	if n > maxArchive {
		return fmt.Errorf("%w of %d bytes", errTooLarge, int64(maxArchive))
	}
	if check != nil {
		if err := check(draft.Name()); err != nil {
			return err
		}
	}
	return errors.Join(os.Chmod(draft.Name(), 0o644), os.Rename(draft.Name(), target))
}

// errDamaged marks a file that came whole and is not what it should be.
var errDamaged = errors.New("damaged")

func checkArchive(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	directory, err := openDirectory(file)
	if err == nil {
		err = directory.read(file, func(zipEntry) error { return nil })
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

func checkKEV(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if _, err := parseKEV(data); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}
