package packages

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// Ecosystems is the source of what ecosyste.ms knows. Its data are under CC BY-SA 4.0: they
// are kept apart from those of other sources, and each measure names where it comes from.
type Ecosystems struct {
	asker
	options Options
}

var _ scanners.Follower = (*Ecosystems)(nil)

// NewEcosystems returns the source.
func NewEcosystems(options Options) *Ecosystems {
	return &Ecosystems{options: options.orDefault("https://packages.ecosyste.ms")}
}

const (
	ecosystemsName = "ecosyste.ms"
	// ecosystemsSource names the source of its measures, with the licence of the data.
	ecosystemsSource = "ecosyste.ms (CC BY-SA 4.0)"
	// purlsAtOnce is how many packages one request asks about. A record holds the metadata
	// of its repository and its advisories, and may have a hundred kilobytes.
	purlsAtOnce = 50
)

// Name implements scanners.Source.
func (*Ecosystems) Name() string { return ecosystemsName }

// Version implements scanners.Source.
func (*Ecosystems) Version() string { return "1" }

// Describe implements scanners.Source.
func (*Ecosystems) Describe() scanners.Description {
	return scanners.Description{Tells: "how many packages and repositories depend on what it publishes, and how often that is downloaded",
		Services: []string{"ecosyste.ms is asked without a key; its data are under CC BY-SA 4.0"}}
}

// Definitions implements scanners.Source.
func (*Ecosystems) Definitions() []observation.Definition {
	const reference = "https://packages.ecosyste.ms/docs/index.html"
	return []observation.Definition{
		{ID: observation.PackagesDependentPackages, Name: "Packages that depend on it", Kind: observation.KindNumber, Unit: observation.UnitPackages,
			Merge: observation.MergeMax, Reference: reference,
			Means: "Packages of the registries that depend on the most used package of the repository. Data of ecosyste.ms, CC BY-SA 4.0."},
		{ID: observation.PackagesDependentRepositories, Name: "Repositories that depend on it", Kind: observation.KindNumber,
			Unit: observation.UnitRepositories, Merge: observation.MergeMax, Reference: reference,
			Means: "Public repositories that depend on the most used package of the repository. Data of ecosyste.ms, CC BY-SA 4.0."},
		{ID: observation.PackagesDownloadsMonth, Name: "Downloads in a month", Kind: observation.KindNumber, Unit: observation.UnitDownloads,
			Merge: observation.MergeMax, Reference: reference,
			Means: "Downloads of the most downloaded package of the repository in the last month, programs included. Data of ecosyste.ms, CC BY-SA 4.0."},
		{ID: observation.PackagesFundingPlatforms, Name: "Ways to give that registries name", Kind: observation.KindList, Merge: observation.MergeUnion,
			Reference: reference, Means: "Platforms at which the packages of the repository can be paid for. Data of ecosyste.ms, CC BY-SA 4.0."},
	}
}

// record is a package, as ecosyste.ms writes it; of its maintainers nothing is read.
type record struct {
	PURL                  string   `json:"purl"`
	RepositoryURL         *string  `json:"repository_url"`
	DependentPackages     *float64 `json:"dependent_packages_count"`
	DependentRepositories *float64 `json:"dependent_repos_count"`
	Downloads             *float64 `json:"downloads"`
	DownloadsPeriod       *string  `json:"downloads_period"`
	FundingLinks          []string `json:"funding_links"`
	Status                *string  `json:"status"`
}

// ecosystemsAnswer is what ecosyste.ms said of the packages of a repository, in the form in
// which it is kept.
type ecosystemsAnswer struct {
	// Named is how many packages the manifests name, and Unread why there may be others.
	Named    int               `json:"named"`
	Unread   *observation.Note `json:"unread,omitempty"`
	Packages []ecosystemsFact  `json:"packages,omitempty"` // that are the repository's own
	// Unknown and Foreign are how many the registries do not know, and how many their
	// records give to another repository or to none.
	Unknown int `json:"unknown,omitempty"`
	Foreign int `json:"foreign,omitempty"`
}

// ecosystemsFact is what is kept of a record. A pointer is nil where it does not say.
type ecosystemsFact struct {
	Name                  string   `json:"name"`
	DependentPackages     *float64 `json:"dependentPackages,omitempty"`
	DependentRepositories *float64 `json:"dependentRepositories,omitempty"`
	DownloadsMonth        *float64 `json:"downloadsMonth,omitempty"`
	Funding               []string `json:"funding,omitempty"` // platforms
	Status                string   `json:"status,omitempty"`  // "deprecated", "removed", "unpublished"; empty where it says none
}

// Ask implements scanners.Source.
func (s *Ecosystems) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	asked := make([]own, len(in.Questions))
	var purls []string
	for i, q := range in.Questions {
		found, err := q.Found(ctx)
		if err != nil {
			return nil, err
		}
		asked[i] = ownOf(found)
		for _, n := range asked[i].names {
			if purl := n.purl(); purl != "" {
				purls = append(purls, purl)
			}
		}
	}
	slices.Sort(purls)
	purls = slices.Compact(purls)
	api := &service.Service{HTTP: in.Client, Name: ecosystemsName, Now: in.Now, MaxWait: s.options.MaxWait}
	known, failures, err := s.lookUp(ctx, api, purls)
	if err != nil {
		return nil, err
	}
	for i, q := range in.Questions {
		a, failure := s.answer(q, asked[i], known, failures)
		if failure != nil {
			err = in.Unanswered(q.Repository, *failure)
		} else {
			err = in.Answered(q.Repository, a, in.Now(), false)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(purls) == 0 {
		return nil, nil
	}
	line := fmt.Sprintf("ecosyste.ms: %d of %s answered, in %s", len(purls)-len(failures), scanners.Count(len(purls), "package", "packages"),
		scanners.Count(api.Calls(), "request", "requests"))
	for _, purl := range purls { // the first failure, whatever the order of the map
		if failure, failed := failures[purl]; failed {
			line += "; " + failure.Message
			break
		}
	}
	return []string{line}, nil
}

// lookUp asks about packages by their package URLs. It returns the records of each, and why
// some could not be asked about. The error means that ctx ended.
func (s *Ecosystems) lookUp(ctx context.Context, api *service.Service, purls []string) (map[string][]record, map[string]observation.Note, error) {
	known, failures := map[string][]record{}, map[string]observation.Note{}
	err := service.AskAll(ctx, api, purls, purlsAtOnce, func(some []string) error {
		var records []record
		if err := api.Post(ctx, s.options.Address+"/api/v1/packages/bulk_lookup", map[string]any{"purls": some}, &records); err != nil {
			return err
		}
		for _, purl := range some {
			known[purl] = []record{}
		}
		for _, r := range records {
			if _, wanted := known[r.PURL]; wanted {
				known[r.PURL] = append(known[r.PURL], r)
			}
		}
		return nil
	}, func(some []string, why observation.Note) {
		for _, purl := range some {
			if _, there := known[purl]; !there {
				failures[purl] = why
			}
		}
	})
	return known, failures, err
}

// answer is what is kept of the records of a repository. Where one of its packages could
// not be asked about nothing is: an earlier answer is better than half of one.
func (*Ecosystems) answer(q scanners.Question, asked own, known map[string][]record, failures map[string]observation.Note) (
	ecosystemsAnswer, *observation.Note) {
	a := ecosystemsAnswer{Named: len(asked.names), Unread: asked.Unread}
	for _, n := range asked.names {
		purl := n.purl()
		if failure, failed := failures[purl]; failed {
			return a, &failure
		}
		records := known[purl]
		at := slices.IndexFunc(records, func(r record) bool {
			return r.RepositoryURL != nil && scanners.IsAddressOf(*r.RepositoryURL, q.Repository)
		})
		switch {
		case len(records) == 0:
			a.Unknown++
		case at < 0:
			a.Foreign++
		default:
			a.Packages = append(a.Packages, records[at].fact(n.String()))
		}
	}
	return a, nil
}

// fact is what is kept of a record.
func (r record) fact(of string) ecosystemsFact {
	f := ecosystemsFact{Name: of, DependentPackages: count(r.DependentPackages), DependentRepositories: count(r.DependentRepositories),
		Funding: observation.FundingPlatforms(r.FundingLinks...)}
	if r.Status != nil {
		f.Status = observation.OneLine(*r.Status)
	}
	if r.DownloadsPeriod != nil && *r.DownloadsPeriod == "last-month" {
		f.DownloadsMonth = count(r.Downloads)
	}
	return f
}

// count is a number of things; nil where it is none.
func count(n *float64) *float64 {
	if n == nil || *n < 0 || *n > 1e15 || *n != float64(int64(*n)) {
		return nil
	}
	return n
}

// Measures implements scanners.Source.
func (s *Ecosystems) Measures(kept scanners.Answer, _ time.Time) ([]observation.Measure, []observation.Note) {
	set := scanners.NewMeasureSet(s.Definitions(), ecosystemsSource)
	var a ecosystemsAnswer
	if err := json.Unmarshal(kept.Document, &a); err != nil {
		return set.All(observation.CauseBroken, "the answer that was kept cannot be read: the next run asks again"), nil
	}
	ids := []string{observation.PackagesDependentPackages, observation.PackagesDependentRepositories, observation.PackagesDownloadsMonth,
		observation.PackagesFundingPlatforms}
	switch {
	case a.Named <= 0:
		set.Unnamed(a.Unread, noneNamed, ids...)
	case len(a.Packages) == 0 && a.Unknown > 0 && a.Foreign == 0:
		set.Unknown(observation.CauseNotFound, "no registry that ecosyste.ms reads has a package of the name that a manifest gives", ids...)
	case len(a.Packages) == 0:
		set.Unknown(observation.CauseNoSource, "the records of the registries name another repository, or none", ids...)
	default:
		a.measure(set, kept.Asked)
	}
	return set.All(observation.CauseUnsupported, "ecosyste.ms's record does not say it"), nil
}

// measure measures the most that any package has.
func (a ecosystemsAnswer) measure(set *scanners.MeasureSet, asked time.Time) {
	bound := observation.Exact
	if a.Unread != nil || a.Unknown+a.Foreign > 0 {
		bound = observation.AtLeast
	}
	for id, of := range map[string]func(ecosystemsFact) *float64{
		observation.PackagesDependentPackages:     func(f ecosystemsFact) *float64 { return f.DependentPackages },
		observation.PackagesDependentRepositories: func(f ecosystemsFact) *float64 { return f.DependentRepositories },
		observation.PackagesDownloadsMonth:        func(f ecosystemsFact) *float64 { return f.DownloadsMonth },
	} {
		most, first, known, bound := 0.0, "", false, bound
		for _, f := range a.Packages {
			n := of(f)
			if n == nil {
				bound = observation.AtLeast
			} else if !known || *n > most {
				most, first, known = *n, f.Name, true
			}
		}
		if known {
			set.SayBound(id, most, bound, first, asked)
		}
	}
	var hosts []string
	for _, f := range a.Packages {
		hosts = append(hosts, f.Funding...)
	}
	slices.Sort(hosts)
	set.SayBound(observation.PackagesFundingPlatforms, slices.Compact(hosts), bound, "", asked)
}
