package sample

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed goods/*.yaml
var goods embed.FS

//go:embed files
var templates embed.FS

// Description is one invented good.
type Description struct {
	ID   string `yaml:"-"` // the file's name
	Name string `yaml:"name"`
	// Shows is what a reader learns from it, Audience for whom it is most:
	// funder, agency or maintainer.
	Shows    string `yaml:"shows"`
	Audience string `yaml:"audience"`
	// Stage is where Midspan must place it.
	Stage                string         `yaml:"stage"`
	About                string         `yaml:"about"`
	Types                []string       `yaml:"types"`
	Licenses             []string       `yaml:"licenses"`
	SDGs                 []int          `yaml:"sdgs"`
	Sectors              []string       `yaml:"sectors"`
	Status               string         `yaml:"status"`
	DevelopmentCountries []string       `yaml:"developed-in"`
	DeploymentCountries  []string       `yaml:"deployed-in"`
	UsedBy               []string       `yaml:"used-by"`
	Organizations        []Organization `yaml:"organizations"`
	Repositories         []Repository   `yaml:"repositories"`
}

// Organization is an invented body behind a good.
type Organization struct {
	Name string `yaml:"name"`
	Role string `yaml:"role"`
}

// Repository says how a repository came to be. Times are in months before
// as-of.
type Repository struct {
	Slug string `yaml:"slug"`
	Name string `yaml:"name"`
	// Mirrored is when the mirror was last fetched.
	Mirrored float64 `yaml:"mirrored"`
	// Phases are the times of work, oldest first; without any the repository
	// is empty.
	Phases   []Phase    `yaml:"phases"`
	Releases []Releases `yaml:"releases"`
	Files    []File     `yaml:"files"`
}

// Phase is a time with a steady rhythm.
type Phase struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
	// Every is how many months lie between two with work; 0 means 1.
	Every int `yaml:"every"`
	// Each is how many commits each author makes in such a month. Names are roles,
	// "dev-1@river" is dev-1 at river.example; "free" addresses belong to no
	// organization; a name that ends in [bot] is a machine.
	Each map[string]int `yaml:"each"`
}

// Releases are tags at regular times.
type Releases struct {
	From  float64 `yaml:"from"`
	To    float64 `yaml:"to"`
	Every float64 `yaml:"every"`
}

// File is one file, or the manifests of one ecosystem.
type File struct {
	Path string `yaml:"path"`
	// Since is when it came; 0 means with the first commit.
	Since float64 `yaml:"since"`
	// Exactly one of these is its contents: the text itself, the name of a
	// text in files/, or packages with their versions.
	Text     string            `yaml:"text"`
	Template string            `yaml:"template"`
	NPM      map[string]string `yaml:"npm"`
	PyPI     map[string]string `yaml:"pypi"`
	Poetry   map[string]string `yaml:"poetry"`
	Maven    map[string]string `yaml:"maven"`
	Go       map[string]string `yaml:"go"`
	Gems     map[string]string `yaml:"gems"`
	Composer map[string]string `yaml:"composer"`
	NuGet    map[string]string `yaml:"nuget"`
}

// Descriptions reads the embedded descriptions in the order of their names.
func Descriptions() ([]Description, error) {
	names, err := fs.Glob(goods, "goods/*.yaml")
	if err != nil {
		return nil, err
	}
	var all []Description
	for _, name := range names {
		data, err := goods.ReadFile(name)
		if err != nil {
			return nil, err
		}
		d := Description{ID: strings.TrimSuffix(path.Base(name), ".yaml")}
		decoder := yaml.NewDecoder(bytes.NewReader(data))
		decoder.KnownFields(true)
		if err := decoder.Decode(&d); err != nil {
			return nil, fmt.Errorf("read the sample description %s: %w", name, err)
		}
		all = append(all, d)
	}
	return all, nil
}

// month is the mean length of one; all times of the sample count in it.
const month = 365.25 / 12 * 24 * float64(time.Hour)

// monthsBefore is the time that lies so many months before as-of, to the second.
func monthsBefore(asOf time.Time, months float64) time.Time {
	return asOf.UTC().Add(-time.Duration(months * month)).Truncate(time.Second)
}
