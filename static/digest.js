// One click is enough: the page that a confirmation link opens posts itself. Without scripts there is its button.
document.querySelector("form[data-post-itself]")?.requestSubmit();
