package catalog

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/redact"
)

// Origin is where an address was given: how sure it is that it names a repository.
type Origin int

const (
	// Claimed is a registry's field: free text that people filled with
	// repositories, home pages, organisations and prose. An address at an
	// unknown host counts as a repository only where it looks like one.
	Claimed Origin = iota
	// Declared is a field or list that holds repositories by its definition
	// (publiccode's url, a csv column, a plain list): any http address with a
	// path is taken at its word.
	Declared
	// Typed is the command line: as Declared, and a local path may be named.
	Typed
)

const (
	causeAddress = observation.CauseBadURL
	maxAddress   = 2048 // bytes of one address
	maxAddresses = 200  // addresses in one text
	maxHost      = 253  // bytes of a host (RFC 1035)
	maxSegment   = 240  // bytes between two slashes: each becomes a folder's name
	separators   = ",;|<>\"`"
	wrapping     = "()[]{}<>'\"`.,;:!" // around an address
	emphasis     = "*_"                // around an address in prose

)

// addressError is the reason for which an address names no repository, as the end
// of a sentence that begins with the address.
type addressError struct {
	cause  observation.Cause
	reason string
}

func (r *addressError) Error() string { return r.reason }

func addressErrorf(cause observation.Cause, format string, args ...any) error {
	return &addressError{cause, fmt.Sprintf(format, args...)}
}

// Key identifies a repository: two addresses with the same key are the same
// repository. Scheme and ".git" do not count, nor does case at the forges that
// ignore it. A key is for comparing, not for showing.
func (r Repository) Key() string {
	if r.Host == "" {
		return r.URL
	}
	path := strings.Trim(r.Owner+"/"+trimGit(r.Path), "/")
	if forgeAt(r.Host) != layoutUnknown {
		path = strings.ToLower(path)
	}
	return r.Host + "/" + path
}

// ParseRepository reads an address that should name one repository. The notes
// say what was changed on the way; the error, why there is none. It sends no
// request: whether the repository exists is found out by fetching it.
func ParseRepository(raw string, origin Origin) (Repository, []observation.Note, error) {
	found, notes := ParseRepositories(raw, origin)
	if len(found) == 1 {
		return found[0], notes, nil
	}
	if len(found) > 1 {
		return Repository{}, notes, fmt.Errorf("read address %q: it names %d repositories; give them one by one", quoteAddress(raw, ""), len(found))
	}
	return Repository{}, notes, errors.New(notes[0].Message)
}

// ParseRepositories reads a text that names any number of repositories: one
// address, several, or addresses among prose. Repositories come in the order
// of the text, each once. Where there is none, a note says why, with a cause
// other than observation.CauseRemark.
func ParseRepositories(raw string, origin Origin) ([]Repository, []observation.Note) {
	notes := &entryNotes{}
	if len(raw) > maxText {
		notes.add(observation.CauseOverLimit, raw, "the address field is longer than %d bytes: only its beginning was read", maxText)
		raw, _ = cutText(raw, maxText)
	}
	text := strings.TrimFunc(raw, isBlank)
	if text == "" {
		notes.add(observation.CauseNoRepository, "", "the entry gives no repository address")
		return nil, notes.list()
	}
	if origin == Typed && isLocalPath(text) {
		return localRepository(text, notes), notes.list()
	}
	words, prose := addresses(text)
	if len(words) == 0 {
		notes.add(observation.CauseNoRepository, text, "%q holds no address: give the repository's", quote(text))
		return nil, notes.list()
	}
	field := "" // as it may be shown
	if text != words[0] {
		field = redact.Text(text)
	}
	var found []Repository
	for _, word := range words {
		if repository, ok := notes.repository(word, quoteAddress(word, field), origin); ok {
			found = appendRepository(found, repository, notes)
		}
	}
	if prose && len(found) > 0 {
		notes.add(observation.CauseRemark, text, "the address field is a longer text: %d repositories were read from it", len(found))
	}
	return found, notes.list()
}

// repository parses one address and adds the notes on it, in which it is shown.
func (n *entryNotes) repository(word, shown string, origin Origin) (Repository, bool) {
	repository, remarks, err := parseAddress(word, origin)
	if refused, ok := errors.AsType[*addressError](err); ok {
		n.add(refused.cause, shown, "%q %s", shown, refused.reason)
		return Repository{}, false
	}
	for _, remark := range remarks {
		n.add(observation.CauseRemark, shown, "%s: read as %s", remark, repository.URL)
	}
	return repository, true
}

// appendRepository adds a repository once; a second naming is noted.
func appendRepository(list []Repository, r Repository, notes *entryNotes) []Repository {
	if notes.repositories == nil || len(notes.repositories) != len(list) {
		notes.repositories = make(map[string]bool, len(list))
		for _, have := range list {
			notes.repositories[have.Key()] = true
		}
	}
	if notes.repositories[r.Key()] {
		notes.add(observation.CauseRemark, r.URL, "%s is named twice: it counts once", r.URL)
		return list
	}
	notes.repositories[r.Key()] = true
	return append(list, r)
}

// addresses finds the words of a text that could be addresses. A text of one
// word is that word, whatever it looks like; prose tells that other words
// stood around the addresses.
func addresses(text string) (words []string, prose bool) {
	fields := strings.FieldsFunc(text, func(r rune) bool { return isBlank(r) || strings.ContainsRune(separators, r) })
	if len(fields) == 1 && !strings.Contains(fields[0], "](") {
		return splitAdjacent(strings.Trim(fields[0], wrapping)), false
	}
	for _, field := range fields {
		// Markdown: [text](address)
		if _, inside, ok := strings.Cut(field, "]("); ok {
			field = inside
		}
		field = strings.Trim(field, wrapping+emphasis)
		if !looksLikeAddress(field) {
			prose = true
			continue
		}
		words = append(words, splitAdjacent(field)...)
	}
	if len(words) > maxAddresses {
		words = words[:maxAddresses]
	}
	return words, prose
}

// splitAdjacent parts addresses that were written without a space between them.
// After "/" or "=" an address is part of another (an archive, a redirect).
func splitAdjacent(word string) []string {
	var words []string
	for from := 1; from < len(word); from++ {
		rest := word[from:]
		if (strings.HasPrefix(rest, "https://") || strings.HasPrefix(rest, "http://")) && !strings.ContainsRune("/=:+", rune(word[from-1])) {
			words = append(words, word[:from])
			word, from = rest, 0
		}
	}
	return append(words, word)
}

var (
	withScheme   = regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]*:/?/`)
	remoteHelper = regexp.MustCompile(`(?i)^[a-z0-9+.-]*::`)
	scpLike      = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+):/?([^/:][^:]*)$`)
	hostPort     = regexp.MustCompile(`(?i)^[a-z0-9-]+(?:\.[a-z0-9-]+)+:[0-9]+/`)
	bareHost     = regexp.MustCompile(`(?i)^(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/[^/]`)
	// numericHost hosts are read as IPv4 addresses by programs (0x7f.1, 2130706433).
	numericHost = regexp.MustCompile(`(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$`)
	hostName    = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)
)

func looksLikeAddress(word string) bool {
	if withScheme.MatchString(word) || remoteHelper.MatchString(word) || strings.HasPrefix(word, "git@") {
		return true
	}
	host, _, _ := strings.Cut(strings.ToLower(word), "/")
	return bareHost.MatchString(word) && forgeAt(strings.TrimPrefix(host, "www.")) != layoutUnknown
}

// isBlank is what may stand around an address without belonging to it.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200B' || r == '\u2060' || r == '\uFEFF'
}

// parseAddress reads one address. The error is a *refusal.
func parseAddress(word string, origin Origin) (Repository, []string, error) {
	word, remarks, err := unwrapAddress(word)
	if err != nil {
		return Repository{}, nil, err
	}
	u, err := url.Parse(word)
	if err != nil || u.Opaque != "" {
		return Repository{}, nil, addressErrorf(causeAddress, "is not an address: correct it in the catalog")
	}
	if u.User != nil && u.Scheme != "ssh" || hasPassword(u) {
		remarks = append(remarks, "an address that carries credentials, which were dropped")
	}
	host, err := canonicalHost(u)
	if err != nil {
		return Repository{}, nil, err
	}
	segments, err := pathSegments(u)
	if err != nil {
		return Repository{}, nil, err
	}
	cloneHost, clonePath, err := cloneAddress(host, segments)
	if err != nil {
		return Repository{}, nil, err
	}
	moved := cloneHost != host || !slices.Equal(clonePath, segments)
	tried := cloneHost == sourceForgeGit && len(segments) > 0 && (segments[0] != "p" || len(segments) < 3) && host != cloneHost
	host, segments = cloneHost, clonePath
	found, err := locate(host, segments, u, origin)
	if err != nil {
		return Repository{}, nil, err
	}
	switch {
	case tried:
		remarks = append(remarks, "the page of a project, whose first repository is tried")
	case found.isPage || moved:
		remarks = append(remarks, "the address of a page or file inside a repository")
	}
	repository, changed := canonical(u.Scheme, host, found)
	if !repository.HasPlainParts() { // what a name is without ".git" is seen only now
		return Repository{}, nil, addressErrorf(causeAddress, "has a path that no repository has: correct it in the catalog")
	}
	return repository, append(remarks, changed...), nil
}

func hasPassword(u *url.URL) bool {
	_, ok := u.User.Password()
	return ok
}

// unwrapAddress brings every spelling of an address to scheme://host/path.
func unwrapAddress(word string) (string, []string, error) {
	switch {
	case len(word) > maxAddress:
		return "", nil, addressErrorf(observation.CauseOverLimit, "is longer than %d bytes: no repository has such an address", maxAddress)
	case strings.HasPrefix(word, "-"):
		return "", nil, addressErrorf(causeAddress, "begins with a dash, which git would read as an option: refused")
	case strings.ContainsFunc(word, isInvisible):
		return "", nil, addressErrorf(causeAddress, "holds control or invisible characters: refused")
	}
	word = strings.TrimPrefix(strings.TrimPrefix(word, "scm:git:"), "git+")
	if remoteHelper.MatchString(word) {
		return "", nil, addressErrorf(causeAddress, "names a git remote helper, which would run a program: refused")
	}
	for _, twice := range []string{"https://https://", "https://http://", "http://https://", "http://http://"} {
		if strings.HasPrefix(word, twice) {
			word = word[strings.Index(word, "//")+2:]
		}
	}
	word = repairAddress(word)
	if strings.HasPrefix(word, "//") {
		return "https:" + word, nil, nil
	}
	if withScheme.MatchString(word) {
		return word, nil, nil
	}
	if bareHost.MatchString(word) || hostPort.MatchString(word) {
		return "https://" + word, nil, nil
	}
	if parts := scpLike.FindStringSubmatch(word); parts != nil {
		return "ssh://git@" + parts[1] + "/" + parts[2], nil, nil
	}
	return "", nil, addressErrorf(causeAddress, "is not an address: it needs https://, a host and a path")
}

func isInvisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\uFFFD'
}

func canonicalHost(u *url.URL) (string, error) {
	switch u.Scheme {
	case "https", "http", "ssh", "git":
	case "file":
		return "", addressErrorf(causeAddress, "is a file address: refused; on the command line give the path itself")
	case "svn", "svn+ssh", "hg", "bzr", "cvs":
		return "", addressErrorf(observation.CauseUnsupported, "is not a git repository: only git is read")
	default:
		return "", addressErrorf(causeAddress, "has the scheme %q: only https, http, ssh and git are read", u.Scheme)
	}
	host, err := hostOf(u)
	if err != nil {
		return "", err
	}
	if short, ok := strings.CutPrefix(host, "www."); ok && forgeAt(short) != layoutUnknown {
		host = short
	}
	port := u.Port()
	if number, err := strconv.Atoi(port); port != "" && (err != nil || number < 1 || number > 65535) {
		return "", addressErrorf(causeAddress, "has a port that there is not: correct it in the catalog")
	}
	defaultPort := map[string]string{"https": "443", "http": "80", "git": "9418"}[u.Scheme]
	if port == "" || port == defaultPort || u.Scheme == "ssh" || forgeAt(host) != layoutUnknown && port == "80" {
		return host, nil
	}
	return host + ":" + port, nil
}

// hostOf is the host of an address without its port: a name in the letters that
// the network knows ("xn--…" for all others, so that no look-alike deceives a
// reader), or an address in its plain form.
func hostOf(u *url.URL) (string, error) {
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		if ip.Is6() {
			return "[" + ip.String() + "]", nil
		}
		return host, nil
	}
	if !hostName.MatchString(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil || !hostName.MatchString(ascii) {
			return "", addressErrorf(causeAddress, "has no valid host: correct it in the catalog")
		}
		host = ascii
	}
	if len(host) > maxHost {
		return "", addressErrorf(causeAddress, "has a host longer than any")
	}
	if _, err := netip.ParseAddr(host); err != nil && numericHost.MatchString(host) {
		return "", addressErrorf(causeAddress, "writes the number of its host in a way that hides which it is: refused")
	}
	return host, nil
}

// pathSegments are the names between the slashes of an address, first brought to the
// spelling in which they are used and then looked at: a name that is only "…" with a
// space beside it would otherwise pass, and become what was refused.
func pathSegments(u *url.URL) ([]string, error) {
	var segments []string
	for _, segment := range strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' }) {
		segment = strings.TrimFunc(segment, isBlank)
		if segment == "" {
			continue
		}
		if segment != ".git" && !isName(segment) { // ".git" alone has a message of its own
			return nil, addressErrorf(causeAddress, "has a path that no repository has: correct it in the catalog")
		}
		if len(segment) > maxSegment {
			return nil, addressErrorf(observation.CauseOverLimit, "has a name of more than %d bytes: no repository has such an address", maxSegment)
		}
		segments = append(segments, segment)
	}
	return segments, nil
}

// locate decides whether host and path name a repository.
func locate(host string, segments []string, u *url.URL, origin Origin) (repositoryPath, error) {
	forge := forgeAt(host)
	if system := otherVCS(host, segments); system != "" && forge == layoutUnknown {
		return repositoryPath{}, addressErrorf(observation.CauseUnsupported, "is a %s repository: only git is read", system)
	}
	if forge == layoutUnknown && (strings.HasPrefix(host, "gitweb.") || strings.Contains(u.RawQuery, "p=") && strings.Contains(u.RawQuery, ".git")) {
		return repositoryPath{}, addressErrorf(causeAddress, "is a GitWeb page, which cannot be cloned: name the repository's clone address in the catalog")
	}
	if len(segments) == 0 {
		return repositoryPath{}, addressErrorf(causeAddress, "is a web page, not a repository")
	}
	found, err := forge.locate(segments)
	if err != nil || forge != layoutUnknown || origin != Claimed || u.Scheme == "ssh" || u.Scheme == "git" {
		return found, err
	}
	switch {
	case strings.HasSuffix(found.name, ".git"), slices.Contains(segments, "_git"), looksLikeForgePath(segments), strings.HasSuffix(host, ".googlesource.com"),
		looksLikeForge(host) && (len(found.owner) > 0 || hasFlatNames(host)), host == "git.launchpad.net":
		return found, nil
	}
	return repositoryPath{}, addressErrorf(causeAddress, "is a web page, not a repository")
}

// canonical builds the repository of a place. At a host that is not known to
// answer without it, ".git" stays part of the address: a plain web server
// finds nothing otherwise.
func canonical(scheme, host string, found repositoryPath) (Repository, []string) {
	var remarks []string
	known := forgeAt(host) != layoutUnknown
	if scheme == "ssh" {
		remarks = append(remarks, "an ssh address, which is read over https")
	}
	if scheme == "ssh" || known {
		scheme = "https"
	}
	path := "/" + strings.Join(append(slices.Clone(found.owner), found.name), "/")
	if forgeAt(host) == layoutPagure {
		path += ".git" // a page stands without it
	}
	return Repository{
		URL:   (&url.URL{Scheme: scheme, Host: host, Path: path}).String(),
		Host:  host,
		Owner: strings.Join(found.owner, "/"),
		Path:  trimGit(found.name),
	}, remarks
}

func isLocalPath(text string) bool {
	if strings.HasPrefix(text, "//") && strings.Contains(text, "@") { // an address without its scheme
		return false
	}
	return filepath.IsAbs(text) || text == "." || text == ".." || strings.HasPrefix(text, "./") || strings.HasPrefix(text, "../")
}

func localRepository(text string, notes *entryNotes) []Repository {
	path, err := filepath.Abs(text)
	if err != nil || strings.ContainsRune(text, 0) || len(text) > maxAddress {
		notes.add(causeAddress, text, "%q is not a path that can be read", quote(text))
		return nil
	}
	return []Repository{{URL: path}}
}
