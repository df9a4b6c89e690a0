package live

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/ossf/scorecard/v5/clients"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// outside are the services beside GitHub of which Scorecard's checks ask something. The
// library's own clients of them take no transport; what they ask is asked here.
type outside struct {
	options  Options
	ossFuzz  *service.Service
	badges   *service.Service
	blocked  map[*service.Service]error // why nothing more is asked of one
	fuzzed   map[string]bool            // by "github.com/owner/name"; nil until asked
	unfuzzed *observation.Note          // why it is not known
	// badgeFailure is why the last badge is not known: the library keeps only its text.
	badgeFailure *observation.Note
}

func newOutside(options Options, in scanners.Asking) *outside {
	of := func(name string) *service.Service { return &service.Service{HTTP: in.Client, Name: name, Now: in.Now} }
	return &outside{options: options, ossFuzz: of("OSS-Fuzz"), badges: of("bestpractices.dev"), blocked: map[*service.Service]error{}}
}

// tried says how many requests went to them.
func (o *outside) tried() string {
	text := ""
	for _, s := range []*service.Service{o.ossFuzz, o.badges} {
		if n := s.Calls(); n > 0 {
			text += fmt.Sprintf("; %s: %s", s.Name, scanners.Count(n, "request", "requests"))
		}
	}
	return text
}

// get asks a service, and once it is blocked no more.
func (o *outside) get(ctx context.Context, s *service.Service, address string, target any) error {
	if err := o.blocked[s]; err != nil {
		return err
	}
	err := s.Get(ctx, address, target)
	if service.Blocks(err) {
		o.blocked[s] = err
	}
	return err
}

// fuzzes reports whether OSS-Fuzz fuzzes a repository. Its list is asked for once.
func (o *outside) fuzzes(ctx context.Context, uri string) (bool, *observation.Note) {
	if o.fuzzed == nil && o.unfuzzed == nil {
		var told struct {
			Projects []struct {
				Repository string `json:"main_repo"`
			} `json:"projects"`
		}
		if err := o.get(ctx, o.ossFuzz, o.options.Fuzz+"/status.json", &told); err != nil {
			o.unfuzzed = new(o.ossFuzz.Failure(err))
		} else if len(told.Projects) == 0 {
			o.unfuzzed = &observation.Note{Cause: observation.CauseBroken, Message: "OSS-Fuzz: its list of projects is empty"}
		} else {
			o.fuzzed = map[string]bool{}
			for _, p := range told.Projects {
				o.fuzzed[normalized(p.Repository)] = true
			}
		}
	}
	return o.fuzzed[strings.ToLower(uri)], o.unfuzzed
}

// normalized is an address as "host/owner/name", in small letters, as the library compares.
func normalized(address string) string {
	parsed, err := url.Parse(strings.ToLower(address))
	if err != nil {
		return ""
	}
	parts := strings.SplitN(strings.Trim(parsed.Path, "/"), "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return parsed.Host + "/" + parts[0] + "/" + strings.TrimSuffix(parts[1], ".git")
}

// GetBadgeLevel implements clients.CIIBestPracticesClient.
func (o *outside) GetBadgeLevel(ctx context.Context, uri string) (clients.BadgeLevel, error) {
	o.badgeFailure = nil
	var told []clients.BadgeResponse
	err := o.get(ctx, o.badges, o.options.Badges+"/projects.json?url="+url.QueryEscape("https://"+uri), &told)
	switch {
	case err != nil:
	case len(told) == 0:
		return clients.NotFound, nil
	default:
		for word, level := range map[string]clients.BadgeLevel{
			"in_progress": clients.InProgress, "passing": clients.Passing, "silver": clients.Silver, "gold": clients.Gold} {
			if strings.Contains(told[0].BadgeLevel, word) {
				return level, nil
			}
		}
		err = &service.ShapeError{Err: fmt.Errorf("no badge is called %q", told[0].BadgeLevel)}
	}
	o.badgeFailure = new(o.badges.Failure(err))
	return clients.Unknown, err
}

// organization is the repository ".github" of an owner, as far as the check of security
// policies reads it: the names in the folders where a policy may lie, and one text.
type organization struct {
	clients.RepoClient // nil: nothing else is asked
	ctx                context.Context
	api                *service.Service
	address            string // of its contents
	uri                string
	files              []string
}

// maxPolicy bounds the text of a policy, in bytes.
const maxPolicy = 1 << 20

// newOrganization lists it. An owner without such a repository has none of the files.
func newOrganization(ctx context.Context, way *way, owner string) (clients.RepoClient, error) {
	o := &organization{ctx: ctx, uri: hostGitHub + "/" + owner + "/.github",
		api:     &service.Service{HTTP: &http.Client{Transport: way}, Name: hostGitHub, Now: way.now},
		address: "https://api.github.com/repos/" + url.PathEscape(owner) + "/.github/contents/"}
	folders := []string{""}
	for i := 0; i < len(folders); i++ {
		var entries []struct{ Name, Type string }
		err := o.api.Get(ctx, o.address+folders[i], &entries)
		if service.IsStatus(err, http.StatusNotFound) && folders[i] == "" {
			return o, nil
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			switch lower := strings.ToLower(e.Name); {
			case e.Type == "file":
				o.files = append(o.files, folders[i]+e.Name)
			case e.Type == "dir" && i == 0 && (lower == ".github" || lower == "doc" || lower == "docs"):
				folders = append(folders, url.PathEscape(e.Name)+"/")
			}
		}
	}
	return o, nil
}

// URI implements clients.RepoClient.
func (o *organization) URI() string { return o.uri }

// Close implements clients.RepoClient.
func (o *organization) Close() error { return nil }

// ListFiles implements clients.RepoClient.
func (o *organization) ListFiles(predicate func(string) (bool, error)) ([]string, error) {
	return matching(o.files, predicate)
}

// GetFileReader implements clients.RepoClient.
func (o *organization) GetFileReader(name string) (io.ReadCloser, error) {
	var file struct {
		Size              int
		Content, Encoding string
	}
	if err := o.api.Get(o.ctx, o.address+(&url.URL{Path: name}).EscapedPath(), &file); err != nil {
		return nil, err
	}
	text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file.Content, "\n", ""))
	if err != nil || file.Encoding != "base64" || len(text) > maxPolicy {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	return io.NopCloser(strings.NewReader(string(text))), nil
}
