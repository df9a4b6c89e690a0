package osvdb

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
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb/ziparchive"
	"github.com/midspan/midspan/internal/redact"
)

// DefaultBaseURL is OSV's export, the source of advisories unless the user names another.
const DefaultBaseURL = "https://osv-vulnerabilities.storage.googleapis.com"

// kevURL is CISA's catalog of known exploited vulnerabilities.
const kevURL = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"

// defaultEcosystems are the ecosystems whose manifests are read, by OSV's names.
func defaultEcosystems() []string {
	return []string{"npm", "PyPI", "Maven", "Go", "RubyGems", "Packagist", "crates.io", "Hex", "NuGet", "Pub", "Hackage", "CRAN"}
}

// maxArchive bounds a fetched file, in bytes.
const maxArchive = 8 << 30

// Update fetches <base>/<Ecosystem>/all.zip into dir, in the layout that Build reads,
// and kev.json beside them. base is an http or https URL, or a folder. Requests are
// conditional: an unchanged file is not sent again. A file replaces the one of an
// earlier update only when it is complete. After a failure the earlier file stays, and
// a status file beside it, from which Build makes a note.
//
// The client decides how often a request is tried. nil ecosystems are those
// whose manifests the scanners read.
//
// An error is returned for an ended ctx, and where dir holds no advisories after the
// update.
func Update(ctx context.Context, base, dir string, ecosystems []string, client *http.Client) error {
	if len(ecosystems) == 0 {
		ecosystems = defaultEcosystems()
	}
	f, err := newFetcher(dir, client)
	if err != nil {
		return err
	}
	defer f.root.Close()
	var failed []error
	for _, ecosystem := range ecosystems {
		if !filepath.IsLocal(ecosystem) || strings.ContainsAny(ecosystem, `/\`) {
			failed = append(failed, fmt.Errorf("%q is not the name of an ecosystem", ecosystem))
			continue
		}
		err := f.fetch(ctx, join(base, ecosystem, archiveName), filepath.Join(ecosystem, archiveName), checkArchive)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", ecosystem, err))
		}
	}
	if err := f.fetchKEV(ctx, base); err != nil {
		failed = append(failed, fmt.Errorf("known exploited vulnerabilities: %w", err))
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if found, err := findEcosystems(dir); err != nil || len(found) == 0 {
		return fmt.Errorf("fetch advisories from %s: nothing could be fetched; check the address and the connection: %w", redact.URL(base), errors.Join(failed...))
	}
	return nil
}

// IsURL reports whether the source of an update is a URL, and not a folder.
func IsURL(source string) bool {
	lower := strings.ToLower(source)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

// join names a file below a URL or a folder.
func join(base string, elements ...string) string {
	if !IsURL(base) {
		return filepath.Join(append([]string{base}, elements...)...)
	}
	joined, err := url.JoinPath(base, elements...)
	if err != nil {
		return base
	}
	return joined
}

// fetcher fetches single files into a folder. What it writes follows no link out of it.
type fetcher struct {
	client *http.Client
	dir    string
	root   *os.Root // dir, open
}

func newFetcher(dir string, client *http.Client) (fetcher, error) {
	if err := files.CheckPath(dir); err != nil {
		return fetcher{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fetcher{}, err
	}
	root, err := files.OpenRoot(dir)
	return fetcher{client, dir, root}, err
}

func (f fetcher) fetchKEV(ctx context.Context, base string) error {
	err := f.fetch(ctx, join(base, kevFile), kevFile, checkKEV)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if strings.TrimSuffix(base, "/") == DefaultBaseURL { // OSV's export has no KEV catalog
		return f.fetch(ctx, kevURL, kevFile, checkKEV)
	}
	return nil // whether an advisory is exploited stays unknown
}

// fetchStatus is kept in a file beside the fetched one: the validators that the server
// sent, and why the last attempt failed.
type fetchStatus struct {
	ETag     string            `json:"etag,omitempty"`
	Modified string            `json:"lastModified,omitempty"`
	Failure  observation.Cause `json:"cause,omitempty"`
	Message  string            `json:"message,omitempty"`
}

const (
	statusSuffix = ".fetched"
	maxStatus    = 1 << 20 // bytes of a status file
)

func readFetchStatus(target string) fetchStatus {
	var t fetchStatus
	if data, err := files.Read(target+statusSuffix, maxStatus); err == nil && json.Unmarshal(data, &t) != nil {
		return fetchStatus{}
	}
	return t
}

// fetchNotes returns a note for each file of a folder that the last update could not
// fetch.
func fetchNotes(folder string) ([]observation.Note, error) {
	statuses, err := filepath.Glob(filepath.Join(folder, "*", archiveName+statusSuffix))
	if err != nil {
		return nil, err
	}
	var notes []observation.Note
	for _, file := range append(statuses, filepath.Join(folder, kevFile+statusSuffix)) {
		target := strings.TrimSuffix(file, statusSuffix)
		t := readFetchStatus(target)
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

func (f fetcher) writeStatus(name string, t fetchStatus) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return f.replaceFile(name+statusSuffix, strings.NewReader(string(data)), nil)
}

// fetch fetches one file, whose name is below the folder.
func (f fetcher) fetch(ctx context.Context, source, name string, check func(string) error) error {
	if err := f.root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	before := readFetchStatus(filepath.Join(f.dir, name))
	if _, err := f.root.Stat(name); err != nil {
		before = fetchStatus{}
	}
	after, err := before, error(nil)
	if IsURL(source) {
		after, err = f.download(ctx, source, name, before, check)
	} else {
		err = f.copyFile(source, name, check)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		after = before
		after.Failure, after.Message = failureCause(err), fmt.Sprintf("fetch %s: %v", redact.URL(source), redact.Error(err))
	} else {
		after.Failure, after.Message = "", ""
	}
	if errors.Is(err, os.ErrNotExist) {
		after = fetchStatus{} // the source does not offer the file, which is no failure
		f.root.Remove(name + statusSuffix)
		f.root.Remove(filepath.Dir(name)) // succeeds only where the folder is empty
		return err
	}
	return errors.Join(err, f.writeStatus(name, after))
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

func (f fetcher) download(ctx context.Context, source, name string, before fetchStatus, check func(string) error) (fetchStatus, error) {
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
	if err := f.replaceFile(name, response.Body, check); err != nil {
		return before, err
	}
	return fetchStatus{ETag: response.Header.Get("ETag"), Modified: response.Header.Get("Last-Modified")}, nil
}

func (f fetcher) copyFile(source, name string, check func(string) error) error {
	file, err := files.Open(source)
	if err != nil {
		return err
	}
	defer file.Close()
	return f.replaceFile(name, file, check)
}

// replaceFile writes a draft beside a file, checks it, and renames it to its name.
func (f fetcher) replaceFile(name string, contents io.Reader, check func(string) error) error {
	draft := filepath.Join(filepath.Dir(name), draftPrefix+files.DraftName(filepath.Base(name)))
	file, err := f.root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer f.root.Remove(draft)
	n, err := io.Copy(file, io.LimitReader(contents, maxArchive+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if n > maxArchive {
		return fmt.Errorf("%w of %d bytes", errTooLarge, int64(maxArchive))
	}
	if check != nil {
		if err := check(filepath.Join(f.dir, draft)); err != nil {
			return err
		}
	}
	return f.root.Rename(draft, name)
}

// draftPrefix begins the names of drafts.
const draftPrefix = ".fetching-"

// errDamaged marks a complete file with contents of the wrong kind.
var errDamaged = errors.New("damaged")

func checkArchive(name string) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	directory, err := ziparchive.OpenDirectory(file)
	if err == nil {
		err = directory.Read(file, func(ziparchive.Entry) error { return nil })
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

func checkKEV(name string) error {
	data, err := files.Read(name, maxKEV)
	if err != nil {
		return err
	}
	if _, err := parseKEV(data); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}
