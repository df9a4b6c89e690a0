package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/midspan/midspan/internal/fetch"
)

// download requests a file, on condition that it changed, and goes on with a transfer
// that broke off. The status is that after it; where the error is not nil, its Part alone
// counts.
func (f *Folder) download(ctx context.Context, file File, before Status) (Status, error) {
	have := f.partSize(file.Name, before.Part)
	response, err := f.request(ctx, file.Source, before, have)
	if err == nil && have > 0 && response.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		_ = response.Body.Close()
		have = 0 // what is kept is no beginning of it
		response, err = f.request(ctx, file.Source, before, 0)
	}
	if err != nil {
		return before, fetch.UnwrapURLError(err)
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNotModified:
		after := before
		after.Fetched, after.Part, after.Cause, after.Message = f.now, "", "", ""
		return after, f.dropPart(file.Name)
	case http.StatusPartialContent:
		if have == 0 || !continues(response, have, before.Part) {
			return Status{}, errors.Join(errors.New("the server sent another part than was asked for"), f.dropPart(file.Name))
		}
	case http.StatusOK:
		have = 0
	case http.StatusNotFound:
		return Status{}, errors.Join(fmt.Errorf("the server answered %s: %w", response.Status, os.ErrNotExist), f.dropPart(file.Name))
	default:
		return before, fmt.Errorf("the server answered %s", response.Status)
	}
	return f.take(file, response, have, before)
}

func (f *Folder) request(ctx context.Context, source string, before Status, have int64) (*http.Response, error) {
	request, err := fetch.IfChanged(ctx, source, before.ETag, before.Modified)
	if err != nil {
		return nil, err
	}
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		request.Header.Set("If-Range", before.Part)
	}
	return f.client.Do(request)
}

// take writes the body of a response behind the bytes that are kept, checks the whole and
// puts it in place. The validator is kept before the first byte, for a process that is
// killed.
func (f *Folder) take(file File, response *http.Response, have int64, before Status) (Status, error) {
	validator := partValidator(response)
	before.Part = validator
	err := f.writeStatus(file.Name, before)
	if err != nil {
		return Status{}, err
	}
	var part *os.File
	if have > 0 {
		part, err = f.root.OpenFile(partOf(file.Name), os.O_WRONLY|os.O_APPEND, 0)
	} else {
		part, err = f.newPart(file.Name)
	}
	if err != nil {
		return Status{}, err
	}
	if err := fill(part, have, response.Body, file.Limit); err != nil {
		if validator == "" || errors.Is(err, ErrTooLarge) {
			return Status{}, errors.Join(err, f.dropPart(file.Name))
		}
		return Status{Part: validator}, err
	}
	after := Status{ETag: response.Header.Get("ETag"), Modified: response.Header.Get("Last-Modified"), Fetched: f.now}
	return after, f.accept(file)
}

// partValidator names the exact bytes of a response, for a later If-Range: a strong ETag,
// or a time of change that is a minute older than the answer (RFC 9110, 8.8.2.2). It is
// empty where there is none, or where the bytes came compressed.
func partValidator(response *http.Response) string {
	tag, modified := response.Header.Get("ETag"), response.Header.Get("Last-Modified")
	if response.Uncompressed || response.Header.Get("Accept-Ranges") == "none" {
		return ""
	}
	if len(tag) > 1 && tag[0] == '"' {
		return tag
	}
	changed, err := http.ParseTime(modified)
	date, err2 := http.ParseTime(response.Header.Get("Date"))
	if err != nil || err2 != nil || tag != "" || date.Sub(changed) < time.Minute {
		return ""
	}
	return modified
}

// continues reports whether a part goes on after so many bytes of the same file.
func continues(response *http.Response, have int64, validator string) bool {
	var from int64
	_, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-", &from)
	same := partValidator(response)
	return err == nil && from == have && (same == "" || same == validator)
}

// partOf is the name of the file that is not whole.
func partOf(name string) string {
	return filepath.Join(filepath.Dir(name), partPrefix+filepath.Base(name))
}

// partSize is how many bytes of a file are kept; 0 where they cannot be gone on with.
func (f *Folder) partSize(name, validator string) int64 {
	info, err := f.root.Lstat(partOf(name))
	if validator == "" || err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

func (f *Folder) dropPart(name string) error {
	if err := f.root.Remove(partOf(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// newPart makes the file anew; what stood in its place is removed and not followed.
func (f *Folder) newPart(name string) (*os.File, error) {
	if err := f.dropPart(name); err != nil {
		return nil, err
	}
	return f.root.OpenFile(partOf(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// fill writes to a file that has so many bytes, and closes it.
func fill(part *os.File, have int64, contents io.Reader, limit int64) error {
	n, err := io.Copy(part, io.LimitReader(contents, max(0, limit-have)+1))
	if err := errors.Join(err, part.Close()); err != nil {
		return err
	}
	if have+n > limit {
		return fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	}
	return nil
}

// accept checks a whole file and gives it its name.
func (f *Folder) accept(file File) error {
	if file.Check != nil {
		if err := file.Check(f.Path(partOf(file.Name))); err != nil {
			return errors.Join(err, f.dropPart(file.Name))
		}
	}
	return f.root.Rename(partOf(file.Name), file.Name)
}
