package maintenance

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/midspan/midspan/catalog"
)

// mailProviders are domains that do not identify the employer: anyone may have
// an address there. The first list holds names that providers use under many
// suffixes (yahoo.com, yahoo.fr, yahoo.co.in), the second whole domains.
var (
	mailProviderNames = set(
		"aol", "fastmail", "freenet", "gmail", "gmx", "googlemail", "hotmail", "icloud", "inbox", "live", "mail", "msn",
		"outlook", "protonmail", "rocketmail", "tutanota", "yahoo", "yandex", "ymail", "zohomail",
	)
	mailProviderDomains = set(
		"126.com", "163.com", "abv.bg", "att.net", "bigpond.com", "bk.ru", "bol.com.br", "btinternet.com", "comcast.net",
		"daum.net", "disroot.org", "duck.com", "email.com", "foxmail.com", "free.fr", "hanmail.net", "hey.com", "hushmail.com",
		"i.ua", "interia.pl", "laposte.net", "libero.it", "list.ru", "mac.com", "mailbox.org", "me.com", "mozmail.com",
		"naver.com", "o2.pl", "onet.pl", "orange.fr", "passmail.net", "pm.me", "posteo.de", "posteo.net", "proton.me", "qq.com",
		"rambler.ru", "rediffmail.com", "riseup.net", "sbcglobal.net", "seznam.cz", "sfr.fr", "sina.com", "skynet.be",
		"t-online.de", "terra.com.br", "tuta.com", "tuta.io", "tutamail.com", "ukr.net", "uol.com.br", "verizon.net", "wanadoo.fr",
		"web.de", "wp.pl", "ya.ru", "zoho.com",
	)
	// codeHosts give their users addresses that hide the real one.
	codeHosts = set("github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitea.com", "sourceforge.net")
)

// minName is how long the name of a domain must be, in letters, to be that of an owner.
const minName = 4

// Owner is who owns a repository.
type Owner struct {
	Account string   // of the forge
	Domains []string // registrable, of the websites of the organizations that a catalog names as owners
}

// OwnerOf is the owner of a repository. Hosts of free mail, of forges and of machines are
// nobody's domain.
func OwnerOf(repository catalog.Repository) Owner {
	owner := Owner{Account: repository.Owner}
	for host := range strings.FieldsSeq(repository.OwnerHosts) {
		if domain := organization("@" + host); domain != "" {
			owner.Domains = append(owner.Domains, domain)
		}
	}
	return owner
}

// has reports whether a registrable domain is the owner's.
func (o Owner) has(domain string) bool {
	return domain != "" && (bearsName(domain, o.Account) || slices.Contains(o.Domains, domain))
}

// bearsName reports whether a registrable domain bears the name of the owner of a
// repository: intrasample.org of the account IntraSample.
func bearsName(domain, owner string) bool {
	name, _, _ := strings.Cut(domain, ".")
	name = lettersAndDigits(name)
	return len(name) >= minName && len(owner) >= minName && (strings.HasPrefix(owner, name) || strings.HasPrefix(name, owner))
}

// organization returns the registrable domain of an address ("mail.example.org"
// and "example.org" are one), or "" where the address belongs to no organization:
// free mail, a code host, a noreply domain, a host without a public suffix
// (machines in a local network, identifiers made by conversions from other
// version control). A person's own domain cannot be distinguished from
// a small organization's and counts as one.
func organization(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	domain := strings.Trim(strings.ToLower(strings.TrimSpace(address[at+1:])), ".")
	if domain == "" || strings.Contains(domain, "noreply") || placeholderHost(domain) {
		return ""
	}
	suffix, managed := publicsuffix.PublicSuffix(domain)
	if !managed && !strings.Contains(suffix, ".") {
		return "" // no such top level: the name of a machine
	}
	registrable, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(registrable, ".")
	if mailProviderNames[name] || mailProviderDomains[registrable] || codeHosts[registrable] {
		return ""
	}
	return registrable
}
