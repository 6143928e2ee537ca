from django.urls import path

from screening.web import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
