package signals

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// fundingSource is the evidence of funding in one kind of file.
type fundingSource struct {
	kind     string // "FUNDING.yml"
	received []string
	sought   []string
	accounts []observation.Account
	err      error // it is there and cannot be read
	// couldReceive and couldSeek are which of the two such a file can state:
	// that is unknown where it cannot be read.
	couldReceive, couldSeek bool
}

// scanFunding distinguishes three levels: money was received, money is asked for,
// nothing visible. A file that cannot be read makes a level unknown only where no
// other file has shown it already.
// It returns the accounts that the files name.
func scanFunding(out *measureSet, files *tree, declared publiccodeFile, readme readmeFile) []observation.Account {
	all := []fundingSource{
		readFundingYAML(files),
		readFundingJSON(files),
		declared.fundingSource(out.at),
		readFundingPointer(files),
		readManifestFunding(files, "package.json", packageJSONKind, parseJSONFunding),
		readManifestFunding(files, "composer.json", composerJSONKind, parseJSONFunding),
		readManifestFunding(files, "pyproject.toml", pyprojectKind, parsePyprojectFunding),
		readManifestFunding(files, "gemspec", gemspecKind, parseGemFunding),
		readmeFunding(readme),
	}
	var evidence, readable []string
	var accounts []observation.Account
	var received, sought bool
	var receivedErr, soughtErr error
	for _, f := range all {
		accounts = append(accounts, f.accounts...)
		received, sought = received || len(f.received) > 0, sought || len(f.sought) > 0
		for _, item := range slices.Concat(f.received, f.sought) {
			evidence = append(evidence, f.kind+": "+item)
		}
		if f.err == nil {
			readable = append(readable, f.kind)
			continue
		}
		if f.couldReceive {
			receivedErr = f.err
		}
		if f.couldSeek {
			soughtErr = f.err
		}
	}
	slices.Sort(evidence)
	slices.Sort(readable)
	writeLevel(out, observation.FundingReceived, received, receivedErr, files.source, evidence)
	writeLevel(out, observation.FundingSought, sought, soughtErr, files.source, evidence)
	out.measured(observation.FundingSourcesRead, readable, files.source)
	writeEvidence(out, evidence, len(readable) == len(all), cmp.Or(receivedErr, soughtErr), files.source)
	return accounts[:min(len(accounts), maxAccounts)]
}

func writeLevel(out *measureSet, id string, found bool, failed error, source string, evidence []string) {
	if !found && failed != nil {
		out.unreadable(id, failed)
		return
	}
	m := out.measured(id, found, source)
	if found {
		m.Detail = strings.Join(evidence, "; ")
	}
}

func writeEvidence(out *measureSet, evidence []string, complete bool, failed error, source string) {
	if complete {
		out.measured(observation.FundingEvidence, append([]string{}, evidence...), source)
		return
	}
	if len(evidence) == 0 {
		out.unreadable(observation.FundingEvidence, failed)
		return
	}
	m := out.measured(observation.FundingEvidence, evidence, source)
	m.Bound = observation.AtLeast
	_, m.Detail = causeAndDetail(failed)
}

// fundingPlatforms are the keys of FUNDING.yml; others are ignored, as forges
// do.
var fundingPlatforms = []string{"github", "patreon", "open_collective", "ko_fi", "tidelift", "community_bridge", "liberapay",
	"issuehunt", "lfx_crowdfunding", "polar", "buy_me_a_coffee", "thanks_dev", "otechie", "custom"}

func readFundingYAML(files *tree) fundingSource {
	f := fundingSource{kind: "FUNDING.yml", couldSeek: true}
	f.err = files.parseFirst(fundingYAMLKind, func(data []byte) error {
		platforms, collectives, err := parseFundingYAML(data)
		f.addSought("", platforms)
		f.addCollectives(files.firstOf(fundingYAMLKind), collectives)
		return err
	})
	return f
}

// addSought adds the ways to give, if there are any; prefix is put before them.
func (f *fundingSource) addSought(prefix string, ways []string) {
	if len(ways) > 0 {
		f.sought = append(f.sought, prefix+strings.Join(ways, ", "))
	}
}

// parseFundingYAML returns the platforms that name an account, sorted. A key
// without one (null, an empty text, an empty list, a text of the forge's template)
// is absent. The accounts themselves are not returned, for many are persons', but for the
// addresses of collectives.
func parseFundingYAML(data []byte) (platforms, collectives []string, err error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, nil, err
	}
	if len(document.Content) == 0 {
		return nil, nil, nil // comments only
	}
	top := document.Content[0]
	if top.Kind == yaml.ScalarNode && top.Tag == "!!null" {
		return nil, nil, nil
	}
	if top.Kind != yaml.MappingNode {
		return nil, nil, fmt.Errorf("line %d: not a mapping of platforms to accounts", top.Line)
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key := strings.ToLower(top.Content[i].Value)
		if !slices.Contains(fundingPlatforms, key) || !namesAccount(top.Content[i+1]) {
			continue
		}
		platforms = append(platforms, key)
		for _, item := range append([]*yaml.Node{top.Content[i+1]}, top.Content[i+1].Content...) {
			switch {
			case item.Kind != yaml.ScalarNode || !namesAccount(item):
			case key == "open_collective" && !strings.Contains(item.Value, "/"):
				collectives = append(collectives, "https://opencollective.com/"+strings.TrimSpace(item.Value))
			case key == "open_collective" || key == "custom":
				collectives = append(collectives, item.Value)
			}
		}
	}
	slices.Sort(platforms)
	return slices.Compact(platforms), collectives, nil
}

// templateAccount matches what stands in a forge's template in the place of an account.
var templateAccount = lazy.Pattern(`(?i)^(?:#|replace with\b|e\.g\.|your[-_ ]|<.*>$|(?:user(?:name)?|link|sponsor|account)[-_ ]?[0-9]*$)`)

// namesAccount reads a scalar or one level of a list; aliases are not
// followed further, so that no document grows while it is read.
func namesAccount(node *yaml.Node) bool {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch node.Kind {
	case yaml.ScalarNode:
		text := strings.TrimSpace(node.Value)
		return node.Tag != "!!null" && node.Tag != "!!bool" && text != "" && !templateAccount().MatchString(text)
	case yaml.SequenceNode:
		return slices.ContainsFunc(node.Content, func(item *yaml.Node) bool {
			return item.Kind == yaml.ScalarNode && namesAccount(item)
		})
	}
	return false
}

func readFundingJSON(files *tree) fundingSource {
	f := fundingSource{kind: "funding.json", couldReceive: true, couldSeek: true}
	f.err = files.parseFirst(fundingJSONKind, func(data []byte) error {
		var other drips
		if json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &other) == nil {
			if ways, ok := other.sought(); ok {
				f.sought = ways
				if !namesMember(data, "funding") {
					return nil
				}
			}
		}
		years, plans, channels, err := parseFundingJSON(data)
		f.addCollectives(files.firstOf(fundingJSONKind), channels)
		if years > 0 {
			f.received = []string{scanners.Count(years, "year with income", "years with income")}
		}
		if plans > 0 {
			f.sought = append(f.sought, scanners.Count(plans, "active plan", "active plans"))
		}
		return err
	})
	return f
}

// namesMember reports whether a JSON object has a member that is an object.
func namesMember(data []byte, name string) bool {
	var members map[string]json.RawMessage
	var member map[string]json.RawMessage
	return json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &members) == nil && json.Unmarshal(members[name], &member) == nil
}

// parseFundingJSON counts the entries of history with income and the active
// plans of a manifest (fundingjson.org, v1.1.0), and returns the addresses of its
// channels. Broken rules of the standard are no matter; only a document that is not a
// manifest at all is an error.
func parseFundingJSON(data []byte) (incomes, plans int, channels []string, err error) {
	var manifest struct {
		Funding *struct {
			Channels []json.RawMessage `json:"channels"`
			Plans    []json.RawMessage `json:"plans"`
			History  []json.RawMessage `json:"history"`
		} `json:"funding"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &manifest); err != nil {
		return 0, 0, nil, err
	}
	if manifest.Funding == nil {
		return 0, 0, nil, fmt.Errorf("no object \"funding\": not a manifest of fundingjson.org")
	}
	for _, raw := range manifest.Funding.History {
		var entry struct {
			Income json.Number `json:"income"`
		}
		if json.Unmarshal(raw, &entry) != nil {
			continue
		}
		if income, err := entry.Income.Float64(); err == nil && income > 0 {
			incomes++
		}
	}
	for _, raw := range manifest.Funding.Plans {
		var plan struct {
			Status string `json:"status"`
		}
		if json.Unmarshal(raw, &plan) == nil && strings.EqualFold(strings.TrimSpace(plan.Status), "active") {
			plans++
		}
	}
	for _, raw := range manifest.Funding.Channels {
		var channel struct {
			Address string `json:"address"`
		}
		if json.Unmarshal(raw, &channel) == nil {
			channels = append(channels, channel.Address)
		}
	}
	return incomes, plans, channels, nil
}

// sponsorLink finds links to an account at a platform that collects money for
// projects. A link to the platform itself is none.
var sponsorLink = lazy.Pattern(`(?i)https?://(?:www\.)?(opencollective\.com|liberapay\.com|patreon\.com|` +
	`github\.com/sponsors|ko-fi\.com|buymeacoffee\.com|thanks\.dev|polar\.sh|issuehunt\.io)/[\w@.~-]`)

func readmeFunding(readme readmeFile) fundingSource {
	f := fundingSource{kind: "README", couldSeek: true, err: readme.err}
	var hosts []string
	for _, match := range sponsorLink().FindAllStringSubmatch(readme.body, -1) {
		hosts = append(hosts, strings.ToLower(match[1]))
	}
	slices.Sort(hosts)
	f.addSought("links to ", slices.Compact(hosts))
	return f
}
