"""Below ``/digest/``."""

from django.urls import path, re_path

from screening.digest import views

app_name = "digest"
urlpatterns = [
    path("", views.index, name="index"),
    path("asked/", views.asked, name="asked"),
    re_path(r"^(?P<week>[0-9]{4}-W[0-9]{2})/$", views.issue, name="issue"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
