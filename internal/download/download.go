// Package download keeps copies of files from the network in a folder: with the
// validators that the server sent, so that an unchanged file is not sent again, with the
// time at which the server last answered, and with what came of a transfer that broke
// off, so that the next one goes on from there.
package download

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
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// Folder is a folder of copies. What is written there follows no link out of it. It is
// written by one process at a time: the caller holds a lock.
type Folder struct {
	client *http.Client
	dir    string
	root   *os.Root // dir, open
	now    time.Time
}

// Open opens a folder, and makes it where there is none. The client decides how often a
// request is tried, and whether any is sent. now is kept as the time of what is fetched.
func Open(dir string, client *http.Client, now time.Time) (*Folder, error) {
	if err := files.CheckPath(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := files.OpenRoot(dir)
	return &Folder{client, dir, root, now}, err
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Path is the path of the copy of a name.
func (f *Folder) Path(name string) string { return filepath.Join(f.dir, name) }

// File is a file to fetch.
type File struct {
	// Source is an http or https address, or the path of a file of this machine.
	Source string
	// Name is the path of the copy, below the folder.
	Name string
	// Limit is the most bytes that it may have.
	Limit int64
	// Check looks at what was fetched before it takes the place of an earlier copy; nil
	// takes anything. Its error is an ErrDamaged, or says that a limit was met.
	Check func(path string) error
}

// Errors of Fetch, beside those of requests and files.
var (
	// ErrTooLarge marks a file over its limit.
	ErrTooLarge = errors.New("over the limit")
	// ErrDamaged marks a complete file with contents of the wrong kind.
	ErrDamaged = errors.New("damaged")
)

// IsURL reports whether a source is a URL, and not a path.
func IsURL(source string) bool {
	lower := strings.ToLower(source)
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://")
}

// Join names a file below a URL or a folder.
func Join(base string, elements ...string) string {
	if !IsURL(base) {
		return filepath.Join(append([]string{base}, elements...)...)
	}
	joined, err := url.JoinPath(base, elements...)
	if err != nil {
		return base
	}
	return joined
}

// Fetch brings one file. A copy is replaced only by a complete file that passes the check;
// after a failure it stays, and its status says why. A source without the file is an
// os.ErrNotExist, which is no failure and leaves no status where there never was a copy. A
// source that had it and has it no longer is a failure like any other.
func (f *Folder) Fetch(ctx context.Context, file File) error {
	if err := f.root.MkdirAll(filepath.Dir(file.Name), 0o755); err != nil {
		return err
	}
	before := ReadStatus(f.Path(file.Name))
	_, missing := f.root.Stat(file.Name)
	if missing != nil {
		before.ETag, before.Modified, before.Fetched = "", "", time.Time{}
	}
	after, err := before, error(nil)
	if IsURL(file.Source) {
		after, err = f.download(ctx, file, before)
	} else {
		err = f.copyFile(file)
		after = Status{Fetched: f.now}
	}
	if err != nil {
		after = Status{ETag: before.ETag, Modified: before.Modified, Fetched: before.Fetched, Part: after.Part,
			Cause: causeOf(err), Message: fmt.Sprintf("fetch %s: %v", redact.URL(file.Source), redact.Error(err))}
	}
	if errors.Is(err, os.ErrNotExist) && missing != nil {
		_ = f.root.Remove(file.Name + statusSuffix)
		_ = f.root.Remove(filepath.Dir(file.Name)) // succeeds only where the folder is empty
		return err
	}
	if ctx.Err() != nil {
		after.Cause, after.Message = before.Cause, before.Message // nothing failed but our patience
		return errors.Join(ctx.Err(), f.writeStatus(file.Name, after))
	}
	return errors.Join(err, f.writeStatus(file.Name, after))
}

// causeOf is why a file could not be fetched.
func causeOf(err error) observation.Cause {
	switch {
	case errors.Is(err, ErrTooLarge):
		return observation.CauseOverLimit
	case errors.Is(err, ErrDamaged):
		return observation.CauseBroken
	case errors.Is(err, fetch.ErrOffline):
		return observation.CauseOffline
	}
	return observation.CauseUnreachable
}

// Status is what is kept in a file beside a copy.
type Status struct {
	// ETag and Modified are the validators that the server sent with the copy.
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"lastModified,omitempty"`
	// Fetched is when the server last sent the copy, or confirmed that it is unchanged; zero
	// where no copy is there, and in a status of an older program.
	Fetched time.Time `json:"fetched,omitzero"`
	// Cause and Message say why the last attempt failed; empty where it did not.
	Cause   observation.Cause `json:"cause,omitempty"`
	Message string            `json:"message,omitempty"`
	// Part is the validator of the file whose beginning is kept.
	Part string `json:"part,omitempty"`
}

const (
	statusSuffix = ".fetched"
	maxStatus    = 1 << 20 // bytes of a status file
	// partPrefix begins the names of files that are not whole.
	partPrefix = ".fetching-"
)

// ReadStatus reads the status of the copy at a path; the zero Status where there is none.
func ReadStatus(path string) Status {
	var s Status
	if data, err := files.Read(path+statusSuffix, maxStatus); err == nil && json.Unmarshal(data, &s) != nil {
		return Status{}
	}
	return s
}

// Failures returns a note for each file of a folder that the last attempt could not
// fetch. again is the command that fetches it.
func Failures(dir string, names []string, again string) []observation.Note {
	var notes []observation.Note
	for _, name := range names {
		path := filepath.Join(dir, name)
		s := ReadStatus(path)
		if s.Message == "" {
			continue
		}
		have := "an older copy stands in"
		if _, err := os.Stat(path); err != nil {
			have = "there is no older copy"
		}
		notes = append(notes, observation.Note{Cause: s.Cause, Subject: filepath.ToSlash(name),
			Message: fmt.Sprintf("the last update failed, %s: %s; run `%s` again", have, s.Message, again)})
	}
	return notes
}

// Statuses are the names of the files with a status that match a pattern of names below a
// folder.
func Statuses(dir, pattern string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, pattern+statusSuffix))
	for i, path := range paths {
		name, _ := filepath.Rel(dir, path)
		paths[i] = strings.TrimSuffix(name, statusSuffix)
	}
	return paths, err
}

func (f *Folder) writeStatus(name string, s Status) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return files.WriteIn(f.root, name+statusSuffix, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func (f *Folder) copyFile(file File) error {
	from, err := files.Open(file.Source)
	if err != nil {
		return err
	}
	defer from.Close()
	part, err := f.newPart(file.Name)
	if err != nil {
		return err
	}
	if err := fill(part, 0, from, file.Limit); err != nil {
		return errors.Join(err, f.dropPart(file.Name))
	}
	return f.accept(file)
}
