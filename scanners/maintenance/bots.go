package maintenance

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file is the one list of what is a machine and not a person. A commit is
// a bot's where its author's name or address, folded to lower case, meets one
// of these rules:
//
//   - the name, or the login of a noreply address, ends in "[bot]": every
//     GitHub App commits under such a name;
//   - the name ends in the separate word "bot" or "robot" ("openmrs-bot",
//     "Snyk bot"), or is one camel-case word that ends in "Bot"
//     ("ReleaseBot"; never "Talbot" or "Abbot");
//   - the name, its separators aside, is one of botNames;
//   - the address is one of botAddresses, or its local part ends in "-bot",
//     "_bot", ".bot" or "+bot".
//
// What a person commits with a machine's help is that person's; what a coding
// agent commits under its own name is not a person's.

// botNames are written without separators: "pre-commit-ci" is "precommitci".
// Whole names only, and none that is a first name: people called Travis, Claude
// or Jules stay people, their machine namesakes are known by address.
var botNames = set(
	// dependencies
	"dependabot", "dependabotpreview", "dependabotsupport", "renovate", "renovatebot", "whitesourcerenovate",
	"mendrenovate", "greenkeeper", "greenkeeperio", "pyup", "pyupio", "pyupbot", "scalasteward", "depfu", "snyk",
	"snykbot", "snyktest", "requiresio", "nixpkgsupdate", "updatecli", "versioneye", "whitesourcebolt", "dependencyupdater",
	// continuous integration and releases
	"githubactions", "githubaction", "githubactionsuser", "actionsuser", "gitlabci", "gitlabrunner", "travisci",
	"traviscibuild", "travisciuser", "deploymentbottravisci", "jenkins", "jenkinsci", "circleci", "circlecibot",
	"circlecideploy", "appveyor", "azurepipelines", "bitbucketpipelines", "codeship", "droneci", "semaphoreci",
	"teamcity", "buildkite", "netlify", "vercel", "heroku", "precommitci", "precommit", "semanticrelease",
	"semanticreleasebot", "releaseplease", "releasedrafter", "releaseontag", "goreleaser", "goreleaserbot", "standardversion",
	"continuousintegration", "cibot", "ciuser", "buildbot", "githubmergequeue",
	// review and housekeeping
	"mergify", "bors", "codacy", "codacybadger", "codefactor", "codecov", "codeclimate", "deepsource", "deepsourceautofix",
	"sonarcloud", "lgtmcom", "restyled", "restyledio", "imgbot", "gitauto", "houndci", "styleci",
	"allcontributors", "allcontributorsbot", "fossa", "fossabot", "gitterbadger", "readmebot", "probot",
	"stepsecurity", "stepsecuritybot", "prettierci", "autofixci", "autoformatter",
	// translation platforms
	"weblate", "hostedweblate", "weblatetranslation", "codebergtranslate", "transifex", "transifexintegration", "crowdin",
	"crowdinsync", "lokalise", "lokaliseautomation", "pontoon", "mozillapontoon", "translatewiki", "translatewikinet",
	"localisationupdaterbot", "l10nbot", "localisationupdater", "poeditor", "poeditorcom", "zanata", "launchpadtranslations",
	// coding agents
	"claudecode", "copilot", "githubcopilot", "copilotsweagent", "cursoragent", "devinai", "devinaiintegration",
	"googlelabsjules", "openhands", "sweepai", "codegenai",
)

// botAddresses are whole addresses, for machines whose name may be anyone's.
var botAddresses = set(
	"support@dependabot.com",
	"support@greenkeeper.io",
	"bot@renovateapp.com",
	"renovate@whitesourcesoftware.com",
	"snyk-bot@snyk.io",
	"snyk-test@snyk.io",
	"github+bot@snyk.io",
	"badges@fossa.io",
	"action@github.com",
	"actions@github.com",
	"github-actions@github.com",
	"builds@travis-ci.org",
	"builds@travis-ci.com",
	"deploy@travis-ci.org",
	"travis@travis-ci.org",
	"ci@circleci.com",
	"semantic-release-bot@martynus.net",
	"noreply@weblate.org",
	"hosted@weblate.org",
	"admin@transifex.com",
	"support@transifex.com",
	"support@crowdin.com",
	"l10n-bot@translatewiki.net",
	"support@lokalise.com",
	"badger@codacy.com",
	"badger@gitter.im",
	"support@pyup.io",
	"github-bot@pyup.io",
	"support@codefactor.io",
	"bot@stepsecurity.io",
	"noreply@anthropic.com",
	"copilot@github.com",
	"cursoragent@cursor.com",
)

func set(items ...string) map[string]bool {
	m := make(map[string]bool, len(items))
	for _, item := range items {
		m[item] = true
	}
	return m
}

// isBot reports whether an author is a machine by the rules above.
func isBot(name, address string) bool {
	name = strings.TrimSpace(name)
	folded := strings.ToLower(name)
	if strings.HasSuffix(folded, "[bot]") || botNames[lettersAndDigits(folded)] || endsInBot(name, folded) {
		return true
	}
	address = strings.ToLower(strings.TrimSpace(address))
	local, _, _ := strings.Cut(address, "@")
	return botAddresses[address] || strings.HasSuffix(local, "[bot]") || endsInWord(local, "bot")
}

// endsInBot takes the name both as written and folded, because only the capital
// distinguishes "ReleaseBot" from "Talbot".
func endsInBot(name, folded string) bool {
	if folded == "bot" || endsInWord(folded, "bot") || endsInWord(folded, "robot") {
		return true
	}
	before, isCamel := strings.CutSuffix(name, "Bot")
	last, _ := utf8.DecodeLastRuneInString(before)
	return isCamel && !strings.ContainsAny(name, " \t") && (unicode.IsLower(last) || unicode.IsDigit(last))
}

// endsInWord reports whether word is the last of several words of text.
func endsInWord(text, word string) bool {
	before, found := strings.CutSuffix(text, word)
	last, _ := utf8.DecodeLastRuneInString(before)
	return found && strings.ContainsRune(" -_.+", last)
}

// lettersAndDigits drops everything but letters and digits.
func lettersAndDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}
