// Turns the list of operations into an explorer where scripts run.
const explorer = document.getElementById("explorer");
SwaggerUIBundle({
  url: explorer.dataset.schema,
  domNode: explorer,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [SwaggerUIBundle.plugins.DownloadUrl],
  onComplete: () => { document.getElementById("listed").hidden = true; },
});
