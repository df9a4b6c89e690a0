package osvdb

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb/ziparchive"
	"github.com/midspan/midspan/internal/redact"
)

// DefaultBaseURL is OSV's export, the source of advisories unless the user names another.
const DefaultBaseURL = "https://osv-vulnerabilities.storage.googleapis.com"

// kevURL is CISA's catalog of known exploited vulnerabilities.
const kevURL = "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"

// Ecosystems are those whose manifests are read, by OSV's names.
func Ecosystems() []string {
	return []string{"npm", "PyPI", "Maven", "Go", "RubyGems", "Packagist", "crates.io", "Hex", "NuGet", "Pub", "Hackage", "CRAN"}
}

// maxArchive bounds a fetched file, in bytes.
const maxArchive = 8 << 30

// Update fetches <base>/<Ecosystem>/all.zip into dir, in the layout that Build reads,
// and kev.json beside them. base is an http or https URL, or a folder. Requests are
// conditional: an unchanged file is not sent again, and a transfer that broke off goes on
// where it stopped. A file replaces the one of an earlier update only when it is complete.
// After a failure the earlier file stays, and a status file beside it, from which Build
// makes a note.
//
// The client decides how often a request is tried. nil ecosystems are those
// whose manifests the scanners read. now is kept as the time of what was fetched.
//
// An error is returned for an ended ctx, and where dir holds no advisories after the
// update.
func Update(ctx context.Context, base, dir string, ecosystems []string, client *http.Client, now time.Time) error {
	if len(ecosystems) == 0 {
		ecosystems = Ecosystems()
	}
	f, err := download.Open(dir, client, now)
	if err != nil {
		return err
	}
	defer f.Close()
	var failed []error
	for _, ecosystem := range ecosystems {
		if !filepath.IsLocal(ecosystem) || strings.ContainsAny(ecosystem, `/\`) {
			failed = append(failed, fmt.Errorf("%q is not the name of an ecosystem", ecosystem))
			continue
		}
		err := f.Fetch(ctx, download.File{Source: download.Join(base, ecosystem, archiveName), Name: filepath.Join(ecosystem, archiveName),
			Limit: maxArchive, Check: checkArchive})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", ecosystem, err))
		}
	}
	if err := fetchKEV(ctx, f, base); err != nil {
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

func fetchKEV(ctx context.Context, f *download.Folder, base string) error {
	file := download.File{Source: download.Join(base, kevFile), Name: kevFile, Limit: maxKEV, Check: checkKEV}
	err := f.Fetch(ctx, file)
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if strings.TrimSuffix(base, "/") == DefaultBaseURL { // OSV's export has no KEV catalog
		file.Source = kevURL
		return f.Fetch(ctx, file)
	}
	return nil // whether an advisory is exploited stays unknown
}

// fetchNotes returns a note for each file of a folder that the last update could not
// fetch.
func fetchNotes(folder string) ([]observation.Note, error) {
	names, err := download.Statuses(folder, filepath.Join("*", archiveName))
	if err != nil {
		return nil, err
	}
	return download.Failures(folder, append(names, kevFile), "midspan advisories update"), nil
}

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
		return fmt.Errorf("%w: %w", download.ErrDamaged, err)
	}
	return nil
}

func checkKEV(name string) error {
	data, err := files.Read(name, maxKEV)
	if err != nil {
		return err
	}
	if _, err := parseKEV(data); err != nil {
		return fmt.Errorf("%w: %w", download.ErrDamaged, err)
	}
	return nil
}
