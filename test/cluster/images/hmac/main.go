// hmac proves what a container sees without showing it: it prints, as one line of JSON, a keyed hash of each environment
// variable and file that it is asked for. Who knows the value and the nonce can check it; who reads the log learns nothing.
//
//	hmac -nonce 4f2a -env DB_PASSWORD,DB_USER -file /etc/secret/password         prints once, then waits for SIGTERM
//	hmac -nonce-env NONCE -every 1s -file /etc/secret/password                   prints each second
//	hmac -once -nonce 4f2a -env DB_PASSWORD                                      prints and ends, for kubectl exec
//
// A variable that is not set and a file that cannot be read are null; an empty one has a hash.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type names []string

func (n *names) String() string { return strings.Join(*n, ",") }

func (n *names) Set(value string) error {
	*n = append(*n, strings.Split(value, ",")...)
	return nil
}

type report struct {
	Nonce string             `json:"nonce"`
	Env   map[string]*string `json:"env"`
	Files map[string]*string `json:"files"`
}

func main() {
	var variables, files names
	nonce := flag.String("nonce", "", "the key of the hash")
	nonceEnv := flag.String("nonce-env", "", "the environment variable that holds the key, instead of -nonce")
	every := flag.Duration("every", 0, "how often to print; 0: once")
	once := flag.Bool("once", false, "end after printing, instead of waiting for SIGTERM")
	flag.Var(&variables, "env", "environment variables, separated by commas; may be repeated")
	flag.Var(&files, "file", "files, separated by commas; may be repeated")
	flag.Parse()
	key := *nonce
	if *nonceEnv != "" {
		key = os.Getenv(*nonceEnv)
	}
	if key == "" {
		fmt.Fprintln(os.Stderr, "hmac: there is no nonce: give -nonce, or -nonce-env with the name of a variable that is set")
		os.Exit(2)
	}

	// From before the first line on, so that SIGTERM right after it is not lost: a first process has no default action.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	show(key, variables, files)
	if *once {
		return
	}
	if *every <= 0 {
		<-stop
		return
	}
	for ticks := time.Tick(*every); ; {
		select {
		case <-stop:
			return
		case <-ticks:
			show(key, variables, files)
		}
	}
}

func show(nonce string, variables, files []string) {
	seen := report{Nonce: nonce, Env: map[string]*string{}, Files: map[string]*string{}}
	for _, name := range variables {
		seen.Env[name] = nil
		if value, isSet := os.LookupEnv(name); isSet {
			seen.Env[name] = hash(nonce, []byte(value))
		}
	}
	for _, path := range files {
		seen.Files[path] = nil
		if value, err := os.ReadFile(path); err == nil {
			seen.Files[path] = hash(nonce, value)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(seen); err != nil {
		fmt.Fprintln(os.Stderr, "hmac: cannot print:", err)
		os.Exit(1)
	}
}

func hash(nonce string, value []byte) *string {
	mac := hmac.New(sha256.New, []byte(nonce))
	mac.Write(value)
	sum := hex.EncodeToString(mac.Sum(nil))
	return &sum
}
