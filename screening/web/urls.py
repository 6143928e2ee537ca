"""The addresses of the pages (contract §4)."""

from django.urls import path, re_path

from screening.web import health, methodology, metrics, review_views, source_views, views

SCORE = r"companies/(?P<slug>[-\w]+)/scores/(?P<kind>compatibility|infrastructure)/"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("", views.index, name="index"),
    path("companies/", views.companies, name="companies"),
    path("companies/<slug:slug>/", views.company, name="company"),
    path("companies/<slug:slug>/changes/", views.changes, name="changes"),
    re_path(rf"^{SCORE}$", views.score, name="score"),
    re_path(rf"^{SCORE}(?P<key>[a-z_]+)/$", views.indicator, name="indicator"),
    re_path(
        r"^companies/(?P<slug>[-\w]+)/history-(?P<run>\d{1,9})-(?P<theme>light|dark)-(?P<size>wide|narrow)\.svg$",
        views.history_chart,
        name="history-chart",
    ),
    path("compare/", views.compared, name="compare"),
    path("evidence/<slug:public_id>/", views.evidence, name="evidence"),
    path("models/", views.models, name="models"),
    re_path(r"^models/(?P<lab>[-\w]+)/(?P<key>[a-z0-9][a-z0-9._-]*)/$", views.model, name="model"),
    path("labs/<slug:slug>/", views.lab, name="lab"),
    path("platforms/<slug:slug>/", views.platform, name="platform"),
    path("stories/", views.stories, name="stories"),
    path("stories/<int:pk>/", views.story, name="story"),
    path("search/", views.search, name="search"),
    path("sources/", source_views.source_health, name="sources"),
    path("sources/<int:pk>/", source_views.source, name="source"),
    path("review/", review_views.proposals, name="review"),
    path("review/history/", review_views.history, name="review-history"),
    path("review/<int:pk>/", review_views.proposal, name="review-proposal"),
    path("methodology/", methodology.methodology, name="methodology"),
    re_path(rf"^{methodology.PICTURE}$", methodology.picture, name="methodology-picture"),
]
