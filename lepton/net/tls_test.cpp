// TLS with a certificate that the test makes, and a client that is OpenSSL itself.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "lepton/base/files.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/net/server.hpp"
#include "lepton/net/testing/raw_socket.hpp"

namespace lepton::net {
namespace {

template <class T, void (*free)(T*)>
struct Freed {
  void operator()(T* pointer) const { free(pointer); }
};
template <class T, void (*free)(T*)>
using Held = std::unique_ptr<T, Freed<T, free>>;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

void write_certificate(const std::string& certificate, const std::string& key) {
  const Held<EVP_PKEY, EVP_PKEY_free> pair(EVP_EC_gen("P-256"));
  const Held<X509, X509_free> x(X509_new());
  X509_set_version(x.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(x.get()), 3600);
  X509_set_pubkey(x.get(), pair.get());
  X509_NAME* const name = X509_get_subject_name(x.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x.get(), name);
  X509_sign(x.get(), pair.get(), EVP_sha256());
  const Held<BIO, BIO_free_all> certificate_text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), x.get());
  PEM_write_bio_PrivateKey(key_text.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
  write_atomic(local_files(), certificate, text_of(certificate_text.get())).value();
  write_atomic(local_files(), key, text_of(key_text.get())).value();
}

// What a TLS client gets for a request; "" if there is no handshake.
std::string exchange_tls(std::uint16_t port, int most_version, const std::string& request) {
  const Held<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context.get(), most_version);
  const Held<BIO, BIO_free_all> bio(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(bio.get(), fmt::format("127.0.0.1:{}", port).c_str());
  if (BIO_do_connect(bio.get()) <= 0) return {};
  BIO_write(bio.get(), request.data(), static_cast<int>(request.size()));
  std::string answer;
  char buffer[4096];
  for (int size = 0; (size = BIO_read(bio.get(), buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(size));
  return answer;
}

TEST(TlsTest, AnswersClientsOfTodayOnly) {
  const TemporaryFolder folder;
  write_certificate(folder.file("cert.pem"), folder.file("key.pem"));
  EventLoop loop(2);
  Router router;
  router.add({.method = "POST",
              .pattern = "/echo",
              .handler = [](Request&& request,
                            std::shared_ptr<Responder> r) { r->respond({.content_type = "text/plain", .body = std::move(request.body)}); },
              .max_body_bytes = 1 << 20});
  const auto server = Server::start(loop, std::move(router), {.tls = TlsOptions{folder.file("cert.pem"), folder.file("key.pem")}}).value();
  const std::string body(300'000, 'x');
  const std::string request =
      fmt::format("POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const std::string answer = exchange_tls(server->port(), version, request);
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + body)) << answer.size() << " bytes: " << answer.substr(0, 300);
  }
  EXPECT_EQ(exchange_tls(server->port(), TLS1_1_VERSION, request), "");
  EXPECT_EQ(status_of(exchange(server->port(), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")), 0) << "no plain text";
  RawSocket silent(server->port());
  EXPECT_FALSE(exchange_tls(server->port(), TLS1_3_VERSION, request).empty()) << "another client waits";
}

}  // namespace
}  // namespace lepton::net
