package floors

// rule says what the packages that match may import. Patterns are paths within the module; a
// trailing "/..." takes in every package below. Of several rules the first that matches counts, so
// the narrow ones stand first.
type rule struct {
	packages string
	// ours lists what of this module they may import, besides what lies in their own folder when
	// family is set.
	ours   []string
	family bool
	// foreign lists the modules outside the standard library they may import; nil means any.
	foreign []string
	// pure forbids what reaches outside or depends on when and where it runs.
	pure   bool
	reason string
}

const words = "pkg/events"

// none allows nothing besides the standard library.
var none = []string{}

var rules = []rule{
	// Floor 0: the public words.
	{
		packages: words, ours: none, pure: true,
		foreign: []string{"github.com/cloudevents/sdk-go/v2/event", "github.com/cloudevents/sdk-go/v2/types", "github.com/google/uuid"},
		reason:  "the public words are read by everybody and depend on nobody",
	},

	// Floor 1: the nouns. Two arrows among them: escalation and clock ask oncall.
	{
		packages: "internal/rules/escalation", ours: []string{words, "internal/rules/oncall"}, foreign: none, pure: true,
		reason: "escalation asks oncall and no other noun",
	},
	{
		packages: "internal/rules/clock", ours: []string{"internal/rules/oncall"}, foreign: none, pure: true,
		reason: "working hours are oncall's windows and holidays, so that the clocks change in one place; clock needs no public words",
	},
	{
		packages: "internal/rules/*", ours: []string{words}, foreign: none, pure: true,
		reason: "a noun is readable alone, and pure",
	},

	// Floor 2: the decider.
	{
		packages: "internal/rules", ours: []string{words, "internal/rules/..."}, foreign: none, pure: true,
		reason: "the decider is pure: the ledger must replay to the same bytes",
	},

	// Floor 3: what people configure, and the ports.
	{
		packages: "internal/catalog", ours: []string{words, "internal/rules", "internal/rules/...", "internal/ical", "internal/yamlfile", "internal/catalog/condition"},
		reason: "the catalog gives values to the rules and knows no service, port or implementation",
	},
	{
		packages: "internal/catalog/condition", ours: []string{words, "internal/rules/escalation"},
		reason: "a condition is asked about alerts and incidents, and knows no file",
	},
	{
		packages: "internal/whatif/rehearsal", ours: []string{words, "internal/rules", "internal/rules/...", "internal/catalog", "internal/ical", "internal/yamlfile"},
		reason: "a rehearsal is rules on virtual time",
	},
	{
		packages: "internal/whatif/backtest", ours: []string{words, "internal/rules", "internal/rules/...", "internal/catalog", "internal/insight/document", "internal/insight/history", "internal/insight/measure"},
		foreign: none, reason: "a backtest is rules on the time of a history; what it reads is handed in",
	},
	{
		packages: "internal/whatif/whatiftest", ours: []string{words, "internal/catalog", "internal/whatif/rehearsal"},
		reason: "fixtures for the tests of whatif",
	},
	{
		packages: "internal/whatif/verify", ours: []string{words, "internal/rules", "internal/insight/measure"}, foreign: none,
		reason: "verifying is deciding once more; what it reads is handed in",
	},
	{packages: "internal/insight/problem", ours: []string{words, "internal/rules/timeline"}, foreign: none, reason: "incidents are compared by their facts alone"},
	{packages: "internal/insight/review", ours: []string{words, "internal/rules/timeline", "internal/insight/document"}, foreign: none, reason: "a review is made of a timeline alone"},
	{
		packages: "internal/insight/suggest", ours: []string{words, "internal/rules/usual"}, foreign: none, pure: true,
		reason: "the same facts give the same suggestions; a history is judged as it happened",
	},
	{
		packages: "internal/insight/report", ours: []string{words, "internal/insight/suggest", "internal/insight/document", "internal/insight/measure"}, foreign: none,
		reason: "numbers are computed from facts alone, those of suggestions too",
	},
	{
		packages: "internal/insight/why", ours: []string{words, "internal/rules", "internal/rules/...", "internal/catalog"}, foreign: none, pure: true,
		reason: "an explanation asks the rules again, about facts that are there",
	},
	{packages: "internal/insight/measure", ours: none, foreign: none, pure: true, reason: "periods and percentiles need no word of ours"},
	{packages: "internal/insight/document", ours: none, foreign: none, reason: "writing texts down needs no word of ours"},
	{packages: "internal/insight/shadow", ours: []string{words, "internal/insight/document", "internal/insight/measure"}, foreign: none, reason: "both sides are compared from what they left behind"},
	{packages: "internal/insight/shadow/exports", ours: []string{"internal/insight/shadow"}, foreign: none, reason: "foreign exports are foreign bytes and know nothing of ours"},
	{packages: "internal/insight/history", ours: []string{words}, foreign: none, reason: "a foreign history becomes public words, and is judged elsewhere"},
	{packages: "internal/yamlfile", ours: none, foreign: []string{"go.yaml.in/yaml/v4", "go.yaml.in/yaml/v4/plugin/loaderlimits"}, reason: "files are read alike, whatever they are about"},
	{packages: "internal/ical", ours: none, foreign: none, reason: "calendars are foreign bytes and know nothing of ours"},
	{packages: "internal/bus", ours: []string{words}, foreign: none, reason: "a port knows no implementation"},
	{packages: "internal/channel", ours: []string{words}, foreign: none, reason: "a port knows no implementation"},
	{packages: "internal/source", ours: []string{words}, foreign: none, reason: "a port knows no implementation"},
	{
		packages: "internal/archive", ours: []string{words, "internal/rules/timeline"}, foreign: none,
		reason: "a port knows no implementation; what an archive keeps is the timeline",
	},

	// Floor 4: the services and the machinery they share. They meet on the bus.
	{
		packages: "internal/partition", ours: []string{words, "internal/bus"},
		reason: "the log machinery serves the services and knows none",
	},
	{
		packages: "internal/intake", ours: []string{words, "internal/bus", "internal/source"}, foreign: none,
		reason: "the door to INTAKE serves the services and knows none",
	},
	{
		packages: "internal/catalog/revisions", ours: []string{words, "internal/bus", "internal/catalog", "internal/intake"},
		reason: "the store of catalogs serves the services and knows none",
	},
	{
		packages: "internal/whatif/verify/streams", ours: []string{words, "internal/bus", "internal/partition", "internal/catalog/revisions", "internal/intake", "internal/rules", "internal/whatif/verify"},
		reason: "a replay reads the streams as the engine does, and serves nobody",
	},
	{packages: "internal/engine/...", ours: append(ports, machinery...), family: true, reason: meet},
	{packages: "internal/notifier/...", ours: append(ports, machinery...), family: true, reason: meet},
	{
		packages: "internal/gateway/api/apitest", ours: append(ports, "internal/archive/archivetest", "internal/archive/sqlite", "internal/insight/live"), family: true,
		reason: "the API's example server runs on a real archive",
	},
	{packages: "internal/gateway/...", ours: ports, family: true, reason: meet},
	{packages: "internal/adviser", ours: append(ports, "internal/insight/live"), reason: meet},
	{packages: "internal/insight/live", ours: ports, reason: meet},
	{packages: "internal/recorder/...", ours: ports, family: true, reason: meet},
	{
		packages: "internal/housekeeping", ours: append(ports, "internal/files", "internal/insight/shadow", "internal/insight/shadow/exports"),
		reason: meet,
	},

	// Floor 5: the implementations. Each knows its own port.
	{packages: "internal/bus/...", ours: []string{words, "internal/bus"}, reason: ownPort},
	{packages: "internal/archive/...", ours: []string{words, "internal/archive", "internal/rules/timeline"}, reason: ownPort},
	{packages: "internal/channel/channeltest", ours: []string{words, "internal/channel", "test/corpus"}, reason: suite},
	{packages: "internal/source/sourcetest", ours: []string{words, "internal/source", "test/corpus"}, reason: suite},
	{packages: "internal/channel/...", ours: []string{words, "internal/channel", "internal/egress"}, reason: ownPort},
	{packages: "internal/source/strictjson", ours: []string{"internal/source"}, foreign: none, reason: "reading JSON strictly needs no source"},
	{
		packages: "internal/source/alertobject", ours: []string{words, "internal/source", "internal/source/strictjson"}, foreign: none,
		reason: "the object that several sources read knows none of them",
	},
	{
		packages: "internal/source/...", ours: []string{words, "internal/source", "internal/source/strictjson", "internal/source/alertobject"},
		reason: ownPort,
	},
	{packages: "internal/egress", ours: none, foreign: none, reason: "the way out to foreign addresses knows nothing of pages"},
	{packages: "internal/files", ours: none, foreign: none, reason: "writing a file whole needs nothing of ours"},
	{packages: "internal/daemon", ours: none, reason: "what every process does alike knows nothing of ours"},
	{packages: "web/...", ours: none, reason: "the console is files"},

	// Beside the floors: what the outside uses, and what holds the house to its word.
	{packages: "pkg/client", ours: []string{words}, foreign: none, reason: "the client speaks HTTP and knows the public words alone"},
	{packages: "schemas/...", ours: []string{words}, reason: "schemas describe the public words alone"},
	{packages: "examples/catalog", ours: none, reason: "an example is configuration"},
	{packages: "examples/...", ours: []string{words, "pkg/client"}, reason: "an example has what a stranger has: pkg"},

	// Floor 6: the wiring, and the tests and loads of the whole. They may import all.
	{packages: "cmd/...", ours: all, reason: "commands wire"},
	{packages: "test/...", ours: all, reason: "tests of the whole see the whole"},
	{packages: "bench/...", ours: all, reason: "loads of the whole see the whole"},
}

const (
	meet    = "a service knows rules, catalog and ports; services never import each other: they meet on the bus"
	suite   = "a suite knows its port, and the real payloads that it reads"
	ownPort = "an implementation knows its own port, never a service or a sibling"
)

var all = []string{"..."}

// ports is what a service may know, words, rules and catalog included; machinery is what the two
// services with partitions of their own share besides.
var (
	ports = []string{
		words, "internal/rules", "internal/rules/...", "internal/catalog", "internal/whatif/rehearsal", "internal/insight/why", "internal/ical",
		"internal/bus", "internal/channel", "internal/source", "internal/archive", "internal/intake", "pkg/client", "internal/insight/review", "internal/insight/problem", "internal/insight/suggest", "internal/insight/report", "internal/insight/measure",
	}
	machinery = []string{"internal/partition", "internal/catalog/revisions"}
)

// impure are the packages that reach outside, or answer differently from run to run. Those below
// them count as well.
var impure = []string{"os", "io/fs", "net", "context", "log", "sync", "math/rand", "crypto/rand", "syscall", "runtime", "unsafe", "testing"}

// clocks are the functions of package time that read or follow the clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
