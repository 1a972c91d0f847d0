// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// User is somebody whom a server knows by a client certificate. What a user may
// do is said by RBAC objects; a new one may do next to nothing. It is safe for
// concurrent use.
type User struct {
	config     rest.Config
	kubeconfig string
}

// User makes a user of the given name and groups, and a kubeconfig file for it.
// Users of the same name are the same to the server, and have one kubeconfig file: the
// last one's. The name may hold what a
// user of Kubernetes may, such as system:serviceaccount:default:view. An empty
// name is an error.
func (s *Server) User(name string, groups ...string) (*User, error) {
	return s.UserFor(certificateAge, name, groups...)
}

// UserFor is [Server.User] with a certificate that expires after a time, which is
// rounded down to seconds. From then on the server takes the user for nobody, also on
// connections that are open.
func (s *Server) UserFor(lifetime time.Duration, name string, groups ...string) (*User, error) {
	if name == "" {
		return nil, errors.New("user of the API server: the name is empty")
	}
	certificate, err := s.authority.client(lifetime, name, groups)
	if err != nil {
		return nil, fmt.Errorf("user %q of the API server: %w", name, err)
	}
	u := &User{
		config: rest.Config{
			Host: "https://" + s.host,
			TLSClientConfig: rest.TLSClientConfig{
				CAData:   s.authority.pem,
				CertData: certificate.cert,
				KeyData:  certificate.key,
			},
			QPS: -1, // no limit
		},
		kubeconfig: s.path("kubeconfig-" + url.PathEscape(name)),
	}
	if err := u.writeKubeconfig(); err != nil {
		return nil, fmt.Errorf("kubeconfig of user %q: %w", name, err)
	}
	return u, nil
}

// RESTConfig returns a configuration for a client that acts as the user. It sets no
// limit to the rate of requests. The caller owns it.
func (u *User) RESTConfig() *rest.Config { return rest.CopyConfig(&u.config) }

// Kubeconfig returns the path of a kubeconfig file with which programs act as the
// user. The file goes away with the server.
func (u *User) Kubeconfig() string { return u.kubeconfig }

func (u *User) writeKubeconfig() error {
	const name = "test"
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{
		Server:                   u.config.Host,
		CertificateAuthorityData: u.config.CAData,
	}
	config.AuthInfos[name] = &clientcmdapi.AuthInfo{
		ClientCertificateData: u.config.CertData,
		ClientKeyData:         u.config.KeyData,
	}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	config.CurrentContext = name
	return clientcmd.WriteToFile(*config, u.kubeconfig)
}
