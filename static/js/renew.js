// Shows how work under way gets on: asks for the page again and puts its #work in place.
(function renew() {
  const shown = document.getElementById("work");
  if (!shown || !("underWay" in shown.dataset)) return;
  setTimeout(async () => {
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("work");
      if (answer.ok && fresh) shown.replaceWith(fresh);
    } catch { /* the server is away for a moment: ask again */ }
    renew();
  }, 2000);
})();
