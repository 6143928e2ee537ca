"""Where every address leads."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("screening.api.urls")),
    path("digest/", include("screening.digest.urls")),
    path("", include("screening.web.urls")),
]
