// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
)

// versionTimeout bounds the question for the server's version.
const versionTimeout = 5 * time.Second

// serverVersion is the version of an API server, asked for when it is first needed.
type serverVersion struct {
	client  rest.Interface
	timeout time.Duration

	mu   sync.Mutex
	call *versionCall // under way, or well ended; nil if there is none
}

// versionCall is one question. Its answer may be read when done is closed.
type versionCall struct {
	done chan struct{}
	info version.Info
	err  error
}

func newServerVersion(config *rest.Config, httpClient *http.Client) (*serverVersion, error) {
	own := rest.CopyConfig(config)
	own.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	client, err := rest.UnversionedRESTClientForConfigAndClient(own, httpClient)
	if err != nil {
		return nil, fmt.Errorf("REST client of %s: %w", config.Host, err)
	}
	v := &serverVersion{client: client, timeout: versionTimeout}
	if config.Timeout > 0 {
		v.timeout = config.Timeout
	}
	return v, nil
}

// get returns the version. Who asks while another does waits for the same answer.
func (v *serverVersion) get() (*version.Info, error) {
	v.mu.Lock()
	call := v.call
	isNew := call == nil
	if isNew {
		call = &versionCall{done: make(chan struct{})}
		v.call = call
	}
	v.mu.Unlock()
	if isNew {
		v.ask(call)
	}
	<-call.done
	if call.err != nil {
		return nil, call.err
	}
	info := call.info
	return &info, nil
}

// ask makes the call, and forgets it unless it ends well.
func (v *serverVersion) ask(call *versionCall) {
	call.err = fmt.Errorf("version of the API server: the request did not return")
	defer func() {
		if call.err != nil {
			v.mu.Lock()
			v.call = nil
			v.mu.Unlock()
		}
		close(call.done)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), v.timeout)
	defer cancel()
	body, err := v.client.Get().AbsPath("/version").Do(ctx).Raw()
	if err == nil {
		err = json.Unmarshal(body, &call.info)
	}
	if err != nil {
		err = fmt.Errorf("version of the API server: %w", err)
	}
	call.err = err
}

// IsAtLeastVersion reports whether the API server is of version 1.minorVersion or
// newer. It returns true if the version cannot be determined.
func IsAtLeastVersion(client Client, minorVersion uint) bool {
	info, err := client.GetKubernetesVersion()
	return err != nil || IsKubeAtLeastOrLessThanVersion(info, minorVersion, true)
}

// IsLessThanVersion reports whether the API server is older than version
// 1.minorVersion. It returns false if the version cannot be determined: it is never
// true together with [IsAtLeastVersion].
func IsLessThanVersion(client Client, minorVersion uint) bool {
	return !IsAtLeastVersion(client, minorVersion)
}

// IsKubeAtLeastOrLessThanVersion reports whether a version is at least
// 1.minorVersion or, if atLeast is false, whether it is less. A version that is nil
// or cannot be read counts as new.
func IsKubeAtLeastOrLessThanVersion(clusterVersion *version.Info, minorVersion uint, atLeast bool) bool {
	major, minor, ok := readVersion(clusterVersion)
	isAtLeast := !ok || major > 1 || major == 1 && minor >= minorVersion
	return isAtLeast == atLeast
}

// GetVersionAsInt returns the API server's version as a number that consists of the
// digits of major and minor version, such as 128 for 1.28; -1 if the version cannot
// be determined.
func GetVersionAsInt(client Client) int {
	info, err := client.GetKubernetesVersion()
	if err != nil {
		return -1
	}
	major, minor, ok := readVersion(info)
	if !ok {
		return -1
	}
	n, err := strconv.Atoi(fmt.Sprintf("%d%d", major, minor))
	if err != nil {
		return -1
	}
	return n
}

// readVersion returns the numbers of a version. Some providers write minor versions
// like "28+"; then the numbers are those of the git version, such as
// v1.28.3-gke.100, and if that has none, those before the sign.
func readVersion(info *version.Info) (major, minor uint, ok bool) {
	if info == nil {
		return 0, 0, false
	}
	if major, minor, ok = parseVersion(info.Major, info.Minor); ok {
		return major, minor, true
	}
	parts := strings.SplitN(strings.TrimPrefix(info.GitVersion, "v"), ".", 3)
	if len(parts) >= 2 {
		if major, minor, ok = parseVersion(parts[0], parts[1]); ok {
			return major, minor, true
		}
	}
	return parseVersion(info.Major, strings.TrimSuffix(info.Minor, "+"))
}

func parseVersion(major, minor string) (uint, uint, bool) {
	a, errA := strconv.ParseUint(major, 10, 16)
	b, errB := strconv.ParseUint(minor, 10, 16)
	return uint(a), uint(b), errA == nil && errB == nil
}
