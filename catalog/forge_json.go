package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

const formatForge = "forge"

// forgeAddresses are the fields in which forges' APIs give a repository's address, the
// best first: GitLab, then GitHub, Gitea and ecosyste.ms.
var forgeAddresses = []string{"http_url_to_repo", "html_url", "clone_url", "web_url"}

// isForgeEntry reports whether an entry is a repository as a forge's API describes it, or
// an address alone.
func isForgeEntry(raw json.RawMessage) bool {
	var address string
	if json.Unmarshal(raw, &address) == nil {
		return looksLikeAddress(address)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return false
	}
	named := fields["full_name"] != nil || fields["path_with_namespace"] != nil || fields["name"] != nil
	return named && slices.ContainsFunc(forgeAddresses, func(key string) bool { return json.Unmarshal(fields[key], &address) == nil && address != "" }) ||
		fields["publiccodeYml"] != nil && json.Unmarshal(fields["url"], &address) == nil
}

// readForge reads an answer of a forge's API, or a list of addresses in JSON: a good for
// each repository.
func readForge(entries []json.RawMessage) Catalog {
	c := Catalog{Name: formatForge}
	for i, raw := range entries {
		source := Source{Catalog: formatForge, Entry: fmt.Sprintf("entry %d", i+1)}
		var address string
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte(`"`)) && json.Unmarshal(raw, &address) == nil {
			c.Goods = append(c.Goods, addressGood(address, Declared, source))
			continue
		}
		fields, err := jsonObject(raw)
		if err != nil {
			c.drop(source.Entry, "is neither an object nor an address: correct it in the catalog")
			continue
		}
		if fields["publiccodeYml"] != nil {
			c.Name = formatPubliccode
			if id := entryID(fields); id != "" {
				source.Entry = id
			}
		}
		c.add(forgeGood(fields, source))
	}
	return c
}

// maxListNodes bounds a list in YAML: 100,000 entries of a few fields.
const maxListNodes = 1_000_000

// readYAMLList reads a list in YAML as the same list in JSON is read.
func readYAMLList(data []byte, name string) (Catalog, error) {
	if yamlSigns(data) > 2*maxListNodes {
		return Catalog{Name: formatForge}, errTooMany()
	}
	value, file, err := decodeYAML(data, maxListNodes)
	if err != nil {
		return Catalog{Name: formatForge}, err
	}
	items, err := json.Marshal(value)
	if err != nil {
		return Catalog{Name: formatForge}, fmt.Errorf("it is YAML that JSON cannot say: %w", err)
	}
	c, err := readDPGA(items, name)
	if file.second > 0 {
		c.Notes = append(c.Notes, observation.Note{Cause: observation.CauseRemark, Subject: name,
			Message: fmt.Sprintf("line %d: the file holds a second document: only the first is read", file.second)})
	}
	return c, err
}

// yamlSigns counts the signs of a text that begin values: a decoder builds up to two for each,
// all of them before anybody can count.
func yamlSigns(text []byte) int {
	signs := 0
	for i, c := range text {
		switch c {
		case '-', '?', ':': // signs only where a space or the end of a line comes next, or a quote came before
			next := i+1 == len(text) || bytes.IndexByte([]byte(" \t\r\n"), text[i+1]) >= 0
			if next || c == ':' && i > 0 && (text[i-1] == '"' || text[i-1] == '\'') {
				signs++
			}
		case ',', '[', '{':
			signs++
		}
	}
	return signs
}

func forgeGood(fields map[string]any, source Source) (Good, bool) {
	if text, ok := fields["publiccodeYml"].(string); ok && strings.TrimSpace(text) != "" {
		return publiccodeEntry(fields, text, source)
	}
	notes := &entryNotes{subject: source.Entry}
	r := record{notes, fields, ""}
	g := Good{
		Name:        r.text("name"),
		Description: r.text("description"),
		Website:     notes.webAddress(r.text("homepage"), "homepage"),
		Sources:     []Source{source},
	}
	if license, ok := fields["license"].(map[string]any); ok {
		if id, ok := license["spdx_id"].(string); ok && id != "NOASSERTION" {
			g.Licenses = licenses([]string{id})
		}
	}
	if address := r.text(append(slices.Clone(forgeAddresses), "url")...); address != "" {
		g.addRepositories(notes, address, "", Declared)
	} else {
		notes.add(observation.CauseNoRepository, "", "the entry gives no repository address: want one of html_url, clone_url, http_url_to_repo")
	}
	if g.Name == "" {
		g.Name = g.repositoryName() // no fault: developers.italia.it's API has the name in another field
	}
	return g, g.finish(notes, source.Entry)
}

// publiccodeEntry reads an entry of an API of publiccode.yml files, of which
// developers.italia.it's is one: the file as a text, the repository's address and whether
// the catalog still lists it. Source:
// https://github.com/italia/developers-italia-api/blob/main/developers-italia.oas.yaml.
func publiccodeEntry(fields map[string]any, text string, source Source) (Good, bool) {
	notes := &entryNotes{subject: source.Entry}
	r := record{notes, fields, ""}
	g, found, err := decodePubliccode([]byte(text), source.Entry)
	if err != nil {
		notes.add(observation.CauseBroken, "", "the publiccode.yml of the entry cannot be read: %v", err)
	}
	notes.append(found...)
	g.Sources = []Source{{Catalog: formatPubliccode, Entry: source.Entry}}
	if len(g.Repositories) == 0 && r.has("url") {
		g.addRepositories(notes, r.text("url"), "", Declared)
	}
	if active, ok := fields["active"].(bool); ok && !active {
		notes.add(observation.CauseRemark, "", "the catalog no longer lists the entry")
	}
	if g.Name == "" {
		g.Name = g.repositoryName()
	}
	return g, g.finish(notes, source.Entry)
}
