package manifest

// What comes with a language, and so is no package.
const (
	pythonStandard = `__future__ __main__ _thread abc aifc argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2
cProfile
calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg crypt csv
ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch
fractions ftplib functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io
ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
netrc nis nntplib ntpath numbers operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint
profile pstats pty pwd py_compile pyclbr pydoc queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex
shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct
subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap threading time timeit tkinter token tokenize tomllib
trace traceback tracemalloc tty turtle types typing unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib
xml xmlrpc zipapp zipfile zipimport zlib zoneinfo Queue ConfigParser StringIO cStringIO urllib2 urlparse cPickle Tkinter HTMLParser commands httplib cookielib
BaseHTTPServer SimpleHTTPServer SocketServer __builtin__ thread exceptions sets md5 sha dummy_threading`

	nodeStandard = `assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https
inspector
module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi
worker_threads zlib`

	rubyStandard = `abbrev base64 benchmark bigdecimal bundler cgi coverage csv date debug delegate digest drb English erb etc expect fcntl fiddle fileutils find
forwardable getoptlong io ipaddr irb json kconv logger matrix minitest monitor mutex_m net nkf objspace observer open3 openssl open-uri optparse ostruct
pathname pp prime prettyprint pstore psych pty racc rbconfig rdoc readline reline resolv rexml rinda ripper ruby2_keywords securerandom set shellwords
singleton
socket stringio strscan syslog tempfile test time timeout tmpdir tracer tsort un uri weakref webrick win32ole yaml zlib`

	appleStandard = `Accelerate AppKit AVFoundation AVKit Cocoa CloudKit Combine Contacts CoreAudio CoreBluetooth CoreData CoreFoundation CoreGraphics CoreImage
CoreLocation CoreMedia CoreML CoreMotion CoreServices CoreTelephony CoreText CryptoKit Darwin Dispatch EventKit Foundation GameKit Glibc HealthKit ImageIO
IOKit JavaScriptCore LocalAuthentication MapKit MediaPlayer MessageUI Metal MetalKit MobileCoreServices NetworkExtension Network NotificationCenter ObjectiveC
OSLog PassKit PDFKit Photos PhotosUI QuartzCore QuickLook SafariServices SceneKit Security SpriteKit StoreKit Swift SwiftUI SystemConfiguration UIKit
UserNotifications UniformTypeIdentifiers Vision WatchKit WebKit WidgetKit XCTest objc os sys Testing PackageDescription PackagePlugin RegexBuilder
Observation`

	cStandard = `assert ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib
stdnoreturn string strings tgmath threads time uchar wchar wctype complex aio cpio dirent dlfcn fcntl fmtmsg fnmatch ftw getopt glob grp iconv langinfo libgen
memory malloc alloca mqueue ndbm netdb nl_types paths poll pthread pwd regex sched search semaphore spawn stropts sysexits syslog tar termios ucontext ulimit
unistd utime utmp utmpx wordexp endian byteswap execinfo features err error values windows winsock2 ws2tcpip io process direct conio tchar Arduino`

	perlStandard = `AutoLoader B Benchmark Carp Config Config::Extensions CPAN Cwd DB_File Data::Dumper Devel::Peek Digest Digest::MD5 Digest::SHA DirHandle
Dumpvalue Encode
Encode::Guess English Env Errno Exporter ExtUtils::MakeMaker ExtUtils::Manifest Fcntl File::Basename File::Compare File::Copy File::Find File::Glob
File::Path File::Spec File::Spec::Functions
File::Temp File::stat FileCache FileHandle FindBin Getopt::Long Getopt::Std Hash::Util I18N::LangTags IO IO::File IO::Handle IO::Pipe IO::Select IO::Socket
IO::Socket::INET IPC::Cmd IPC::Open2 IPC::Open3 JSON::PP List::Util MIME::Base64 Math::BigFloat Math::BigInt Math::Complex Math::Trig Memoize Module::Load
Net::FTP Net::SMTP
POSIX Params::Check PerlIO Pod::Usage Safe Scalar::Util SelectSaver SelfLoader Socket Storable Symbol Sys::Hostname Sys::Syslog Term::ANSIColor
Term::ReadLine Test
Test::Harness Test::More Test::Simple Text::Abbrev Text::Balanced Text::ParseWords Text::Tabs Text::Wrap Thread::Queue Tie::File Tie::Hash Time::HiRes
Time::Local
Time::Piece Time::localtime UNIVERSAL Unicode::Normalize Unicode::UCD User::pwent XSLoader HTTP::Tiny`

	juliaStandard = `Base Core Main Artifacts Base64 CRC32c Dates DelimitedFiles Distributed Downloads FileWatching Future InteractiveUtils LibGit2 Libdl
LinearAlgebra
Logging Markdown Mmap Pkg Printf Profile REPL Random SHA Serialization SharedArrays Sockets SparseArrays Statistics TOML Tar Test UUIDs Unicode`
)
