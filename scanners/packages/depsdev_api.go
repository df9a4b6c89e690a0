package packages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
)

// known is what deps.dev said of a package.
type known struct {
	failure    *observation.Note    // why nothing is known
	version    string               // the one that is installed where none is asked for; empty where it has none
	at         time.Time            // its day, zero where it is not said
	newest     time.Time            // the day of the newest of all versions
	dates      map[string]time.Time // of the versions that were wanted; zero where deps.dev does not know one
	deprecated *bool                // whether that version is; nil where it is not said
	reason     string
	sources    []string // addresses of the repository, as the registry has them
}

func compare(a, b name) int {
	return cmp.Or(cmp.Compare(a.ecosystem, b.ecosystem), cmp.Compare(a.name, b.name))
}

// requestsAtOnce is how many requests are sent at once.
const requestsAtOnce = 8

// getAll asks about packages, a request each. Where the service cannot be asked at all, the
// rest is left.
func (a *depsDevAsking) getAll(ctx context.Context, names []name, wanted map[name][]string) (map[name]known, error) {
	all := map[name]known{}
	var mu sync.Mutex
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(requestsAtOnce)
	for _, n := range names {
		group.Go(func() error {
			mu.Lock()
			blocked := a.blocked
			mu.Unlock()
			k, err := known{}, blocked
			if err == nil {
				err = service.Safely(func() (err error) {
					k, err = a.getPackage(groupCtx, n, wanted[n])
					return err
				})
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failure := a.api.Failure(err)
				k.failure = &failure
			}
			if service.Blocks(err) && a.blocked == nil {
				a.blocked = err
			}
			all[n] = k
			return ctx.Err()
		})
	}
	err := group.Wait()
	return all, err
}

// maxVersions bounds how many versions of a package are looked at.
const maxVersions = 50_000

// versionKey names a version, as deps.dev does.
type versionKey struct {
	System  string `json:"system"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// getPackage asks for the versions of a package with their days
// (https://docs.deps.dev/api/v3/#getpackage). One that deps.dev does not know has none.
func (a *depsDevAsking) getPackage(ctx context.Context, n name, versions []string) (known, error) {
	var got struct {
		Versions []struct {
			Key         versionKey `json:"versionKey"`
			PublishedAt *time.Time `json:"publishedAt"`
			IsDefault   bool       `json:"isDefault"`
		} `json:"versions"`
	}
	k := known{dates: map[string]time.Time{}}
	for _, v := range versions {
		k.dates[v] = time.Time{}
	}
	err := a.api.Get(ctx, a.address+"/v3/systems/"+strings.ToLower(systems[n.ecosystem])+"/packages/"+url.PathEscape(n.name), &got)
	if service.IsStatus(err, http.StatusNotFound) {
		return k, nil
	}
	if err != nil {
		return k, err
	}
	for _, v := range got.Versions[:min(len(got.Versions), maxVersions)] {
		var at time.Time
		if v.PublishedAt != nil && v.PublishedAt.Year() > 1970 {
			at = *v.PublishedAt
		}
		if v.IsDefault && k.version == "" {
			k.version, k.at = observation.OneLine(v.Key.Version), at
		}
		if at.After(k.newest) {
			k.newest = at
		}
		for _, asked := range versions {
			if sameVersion(n.ecosystem, asked, v.Key.Version) {
				k.dates[asked] = at
			}
		}
	}
	return k, nil
}

// sameVersion compares versions as they are written. Inventories write those of Go without
// the letter that deps.dev has.
func sameVersion(ecosystem, a, b string) bool {
	if ecosystem == "Go" {
		a, b = strings.TrimPrefix(a, "v"), strings.TrimPrefix(b, "v")
	}
	return a == b
}

// versionsAtOnce is how many versions one request asks about; the service allows 5000.
const versionsAtOnce = 1000

// deprecations asks whether the latest versions of packages are deprecated, and which
// repository they come from. Only v3alpha tells the former
// (https://docs.deps.dev/api/v3alpha/#getversionbatch).
func (a *depsDevAsking) deprecations(ctx context.Context, names []name) error {
	var asked []name
	for _, n := range names {
		if k := a.known[n]; k.failure == nil && k.version != "" {
			asked = append(asked, n)
		}
	}
	for some := range slices.Chunk(asked, versionsAtOnce) {
		if a.alpha != nil {
			break
		}
		if err := service.Batch(some, func(some []name) error { return a.versionBatch(ctx, some) }); err != nil {
			a.alpha = err
		}
	}
	return ctx.Err()
}

// versionAnswer is a version, as deps.dev writes it.
type versionAnswer struct {
	Deprecated *bool  `json:"isDeprecated"`
	Reason     string `json:"deprecatedReason"`
	Links      []struct {
		Label string `json:"label"`
		URL   string `json:"url"`
	} `json:"links"`
	Projects []struct {
		Key struct {
			ID string `json:"id"` // "github.com/owner/name"
		} `json:"projectKey"`
		Relation string `json:"relationType"`
	} `json:"relatedProjects"`
}

type batchAnswer struct {
	Responses []struct {
		Request struct {
			Key versionKey `json:"versionKey"`
		} `json:"request"`
		Version *versionAnswer `json:"version"`
	} `json:"responses"`
	NextPageToken string `json:"nextPageToken"`
}

// versionBatch asks about the latest versions of packages, page by page.
func (a *depsDevAsking) versionBatch(ctx context.Context, names []name) error {
	byKey := map[versionKey]name{}
	var requests []map[string]versionKey
	for _, n := range names {
		key := versionKey{systems[n.ecosystem], n.name, a.known[n].version}
		byKey[key] = n
		requests = append(requests, map[string]versionKey{"versionKey": key})
	}
	body := map[string]any{"requests": requests}
	for range names { // more pages than requests there are not
		var got batchAnswer
		if err := a.api.Post(ctx, a.address+"/v3alpha/versionbatch", body, &got); err != nil {
			return err
		}
		for _, r := range got.Responses {
			if n, is := byKey[r.Request.Key]; is && r.Version != nil {
				k := a.known[n]
				k.take(*r.Version)
				a.known[n] = k
			}
		}
		if got.NextPageToken == "" {
			return nil
		}
		body["pageToken"] = got.NextPageToken
	}
	return nil
}

// maxReason bounds the reason of a deprecation, in characters.
const maxReason = 200

func (k *known) take(v versionAnswer) {
	k.deprecated = v.Deprecated
	k.reason = observation.OneLine(v.Reason)
	if runes := []rune(k.reason); len(runes) > maxReason {
		k.reason = string(runes[:maxReason]) + "…"
	}
	for _, link := range v.Links {
		if link.Label == "SOURCE_REPO" {
			k.sources = append(k.sources, link.URL)
		}
	}
	for _, project := range v.Projects {
		if project.Relation == "SOURCE_REPO" {
			k.sources = append(k.sources, "https://"+project.Key.ID)
		}
	}
}

// dependents asks how many packages depend on a version
// (https://docs.deps.dev/api/v3alpha/#getdependents).
func (a *depsDevAsking) dependents(ctx context.Context, n name, version string) (*int, error) {
	var got struct {
		Count *int `json:"dependentCount"`
	}
	err := a.api.Get(ctx, a.address+"/v3alpha/systems/"+strings.ToLower(systems[n.ecosystem])+"/packages/"+url.PathEscape(n.name)+"/versions/"+
		url.PathEscape(version)+":dependents", &got)
	if err != nil || got.Count == nil || *got.Count < 0 {
		return nil, err
	}
	return got.Count, nil
}
